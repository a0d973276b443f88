// The testee of the Go package resonant: what the conformance runner asks, asked of the package.
package main

import "testeekit"

var profiles = []string{"frame", "zstd", "xchacha", "message", "sparse", "quant", "handshake", "stream"}

func main() {
	own := new(peers)
	testeekit.Run(testeekit.Testee{
		Name:         "resonant-go",
		Version:      "1.0.0",
		Profiles:     profiles,
		Ops:          ops,
		PeerOps:      own.ops(),
		BeforePeerOp: own.before,
		Wire:         func(wire *testeekit.Wire) { own.wire = wire },
	})
}
