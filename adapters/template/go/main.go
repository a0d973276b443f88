// The testee. Nothing here has to change: your part is yours.go, and testeekit speaks the testee protocol.
package main

import "testee/testeekit"

func main() { testeekit.Run(yours{}) }
