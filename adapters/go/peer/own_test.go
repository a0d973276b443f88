package peer

import (
	"bytes"
	"fmt"
	"testing"

	"resonant"
)

// A message that was delivered must not lie in the datagram that it came in, whatever that was wrapped in, and whether or not
// it waited for another.
func TestMessagesOutliveTheirDatagrams(t *testing.T) {
	key := resonant.Key{1}
	for name, config := range map[string]Config{
		"plain":                 {Compress: []string{None}, Crypto: []string{None}},
		"compressed":            {Compress: []string{Zstd}, Crypto: []string{None}},
		"sealed":                {Compress: []string{None}, Key: &key, Crypto: []string{XChaCha20Poly1305}},
		"compressed and sealed": {Compress: []string{Zstd}, Key: &key, Crypto: []string{XChaCha20Poly1305}},
	} {
		for _, streamed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, streamed %v", name, streamed), func(t *testing.T) {
				all := AllFeatures()
				all.FEC, all.Compress, all.Crypto, all.Key = nil, config.Compress, config.Crypto, config.Key
				client, server := sessionOverUDP(t, all)
				if streamed {
					if err := client.Open(3, false, nil, 0); err != nil {
						t.Fatal(err)
					}
				}
				for at := range 3 {
					if err := client.SendMessage(3, resonant.Text, tensors(byte(at+1)), 0); err != nil {
						t.Fatal(err)
					}
				}
				var datagrams [][]byte
				for datagram := range client.Datagrams() {
					datagrams = append(datagrams, datagram)
				}
				last := len(datagrams) - 1
				datagrams[last-1], datagrams[last] = datagrams[last], datagrams[last-1] // so that one waits
				for _, datagram := range datagrams {
					server.Receive(datagram, 0)
					clear(datagram)
				}
				var came []byte
				for event := range server.Events() {
					message, is := event.(Delivered)
					if !is {
						continue
					}
					fill := message.Slices[0].Payload[0]
					came = append(came, fill)
					want := tensors(fill)
					for at, part := range [][]byte{want.Keys.Payload, want.Keys.Scale, want.Values.Payload} {
						if !bytes.Equal(message.Slices[at].Payload, part) {
							t.Errorf("slice %d of message %d is another", at, fill)
						}
					}
				}
				want := []byte{1, 3, 2}
				if streamed {
					want = []byte{1, 2, 3}
				}
				if !bytes.Equal(came, want) {
					t.Errorf("%v came, and not %v", came, want)
				}
			})
		}
	}
}

// tensors is a message of three slices, each with bytes of its own.
func tensors(fill byte) resonant.Cache {
	return resonant.Cache{
		Keys:   resonant.Tensor{DType: resonant.I8, Dims: []uint32{5, 8}, Payload: bytes.Repeat([]byte{fill}, 40), Scale: bytes.Repeat([]byte{fill}, 4)},
		Values: resonant.Tensor{DType: resonant.F16, Dims: []uint32{30}, Payload: bytes.Repeat([]byte{fill + 100}, 60)},
	}
}

// sessionOverUDP is a client and a server over UDP that have shaken hands.
func sessionOverUDP(t *testing.T, config Config) (client, server *Peer) {
	t.Helper()
	client, err := New(Client, config, Salt{1})
	if err != nil {
		t.Fatal(err)
	}
	if server, err = New(Server, config, Salt{2}); err != nil {
		t.Fatal(err)
	}
	if err := client.Ping(1, 0); err != nil {
		t.Fatal(err)
	}
	for data := range client.Datagrams() {
		server.Receive(data, 0)
	}
	for data := range server.Datagrams() {
		client.Receive(data, 0)
	}
	for range server.Events() {
	}
	return client, server
}
