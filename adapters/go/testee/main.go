// The testee of the Go module resonant: what the conformance runner asks, asked of the module.
package main

import "resonant/testeekit"

func main() {
	own := new(peers)
	testeekit.RunWith(yours{}, testeekit.Peers{
		Ops:    own.ops(),
		Before: own.before,
		Wires:  func(wires testeekit.Wires) { own.wires = wires },
	})
}
