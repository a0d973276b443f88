// Package link is what endpoints and testees over QUIC have in common: how connections are made, and how what a
// peer.Connection gives goes on their carriages.
package link

import (
	"crypto/tls"
	"time"

	"github.com/quic-go/quic-go"
)

const (
	protocol    = "resonant/1" // QUI-1
	streamBytes = 1 << 20
	connBytes   = 4 << 20
	uniStreams  = 64
)

// Settings are those of a connection (QUI-16). A server takes main, and its client one stream more than it may use.
func Settings(server bool) *quic.Config {
	bidirectional := int64(1)
	if server {
		bidirectional = 2
	}
	return &quic.Config{
		InitialStreamReceiveWindow:     streamBytes,
		InitialConnectionReceiveWindow: connBytes,
		MaxIncomingStreams:             bidirectional,
		MaxIncomingUniStreams:          uniStreams,
		MaxIdleTimeout:                 2 * time.Minute,
		KeepAlivePeriod:                20 * time.Second,
		EnableDatagrams:                true,
	}
}

// TLS gives a configuration with what QUI-1 asks for.
func TLS(of *tls.Config) *tls.Config {
	found := of.Clone()
	found.MinVersion, found.NextProtos = tls.VersionTLS13, []string{protocol}
	return found
}
