// The testee of the Go module resonant: what the conformance runner asks, asked of the module.
package main

import "resonant/internal/testee"

func main() { testee.Run(testee.More{}) }
