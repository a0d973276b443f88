// The testee of the Go modules resonant and resonant/quic.
package main

import (
	"fmt"
	"os"

	"github.com/quic-go/quic-go"

	"resonant/internal/testee"
	"resonant/testeekit"
)

func main() {
	// The library would complain of small buffers on standard error.
	if err := os.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	own := newWire()
	testee.Run(testee.More{
		Profiles:   []string{"quic"},
		Transports: map[string]testee.Transport{"quic": own},
		Wires:      func(wires testeekit.Wires) { own.Transport = &quic.Transport{Conn: wires.QUIC} },
	})
}
