// The testee of the Go modules resonant and resonant/webrtc.
package main

import (
	"resonant/internal/testee"
	"resonant/testeekit"
)

func main() {
	own := new(associations)
	testee.Run(testee.More{
		Profiles:   []string{"webrtc"},
		Transports: map[string]testee.Transport{"webrtc": own},
		Ops:        map[string]testeekit.Op{"peer_signal": own.signal},
	})
}
