package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

// overTCP gives a server and a client on loopback.
func overTCP(t *testing.T, config peer.Config) (*peer.Endpoint, *peer.Conn) {
	t.Helper()
	server := listenTCP(t, config)
	client, err := peer.DialTCP(t.Context(), server.Addr().String(), peer.RandomStreamID(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, client
}

func listenTCP(t *testing.T, config peer.Config) *peer.Endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := peer.ListenTCP(listener, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// raw gives a bare connection with a server.
func raw(t *testing.T, server *peer.Endpoint) *net.TCPConn {
	t.Helper()
	socket, err := net.DialTCP("tcp", nil, server.Addr().(*net.TCPAddr))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	if err := socket.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return socket
}

func large(number int) resonant.Message {
	const bytes = 60 << 10
	payload := make([]byte, bytes)
	payload[0], payload[bytes-1] = byte(number), byte(number>>8)
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{bytes}, Payload: payload}}
}

func TestStreamsOfLargeFramesArriveOverTCP(t *testing.T) {
	const frames = 200
	for name, config := range map[string]peer.Config{"open": peer.AllFeatures(), "sealed": sealedConfig()} {
		t.Run(name, func(t *testing.T) {
			server, client := overTCP(t, config)
			var group sync.WaitGroup
			group.Go(func() {
				err := client.Stream(3, true, resonant.Text, func(yield func(resonant.Message) bool) {
					for number := 0; number < frames && yield(large(number)); number++ {
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
			number := 0
			for _, event := range server.Events(t.Context()) {
				if message, is := event.(peer.Delivered); is {
					if payload := message.Slices[0].Payload; payload[0] != byte(number) {
						t.Fatalf("message %d is %d", number, payload[0])
					}
					number++
				}
				if _, is := event.(peer.Complete); is {
					break
				}
			}
			group.Wait()
			if number != frames {
				t.Errorf("%d messages", number)
			}
		})
	}
}

func TestAFrameAboveADatagramGoesOverTCPBothWays(t *testing.T) {
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	server, client := overTCP(t, config)
	const bytes = 65_536 - 33 - 10
	message := resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{bytes}, Payload: make([]byte, bytes)}}
	if err := client.Send(3, 0, message); err != nil {
		t.Fatal(err)
	}
	from, got := next[peer.Delivered](t.Context(), t, server)
	if err := server.Send(from, 2, 0, message); err != nil || len(got.Slices[0].Payload) != bytes {
		t.Fatal(err)
	}
	next[peer.Delivered](t.Context(), t, client.Endpoint)
}

func TestTheEndOfAConnectionEndsItsSessionOnBothSides(t *testing.T) {
	server, client := overTCP(t, peer.AllFeatures())
	from, _ := next[peer.Established](t.Context(), t, server)
	if err := client.Send(3, 0, think(1)); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	next[peer.Delivered](t.Context(), t, server) // what was sent before still arrives
	next[peer.Lost](t.Context(), t, server)
	if _, end := next[peer.Ended](t.Context(), t, server); end.Code != "" {
		t.Error(end)
	}
	if err := server.Send(from, 2, 0, think(1)); !errors.Is(err, peer.HandshakeRequired) {
		t.Errorf("after the end: %v", err)
	}
	if err := client.Send(3, 0, think(1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestADialThatFindsNobodyHasACode(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := peer.DialTCP(t.Context(), address, 1, peer.AllFeatures()); !errors.Is(err, peer.ConnectionReset) {
		t.Error(err)
	}
	if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go func() {
		if socket, err := listener.Accept(); err == nil {
			_, _ = socket.Read(make([]byte, 4096))
			_ = socket.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, socket)
			_ = socket.Close()
		}
	}()
	if _, err := peer.DialTCP(t.Context(), listener.Addr().String(), 1, peer.AllFeatures()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	_ = listener.Close()
}

func TestManyGoroutinesSendAtATimeOverTCP(t *testing.T) {
	server, client := overTCP(t, peer.AllFeatures())
	const each, senders = 50, 4
	var group sync.WaitGroup
	for sender := range uint32(senders) {
		group.Go(func() {
			for number := range each {
				if err := client.Send(2*sender+3, 0, think(number)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	last := map[uint32]uint64{}
	for range each * senders {
		_, message := next[peer.Delivered](t.Context(), t, server)
		if message.FrameSeq != last[message.StreamID] {
			t.Fatalf("%+v after %d", message.Ref, last[message.StreamID])
		}
		last[message.StreamID]++
	}
	group.Wait()
}

func ExampleDialTCP() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(overLoopback(ctx))
	// Output:
	// [1 2]
	// <nil>
}

func overLoopback(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server, err := peer.ListenTCP(listener, peer.AllFeatures())
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := peer.DialTCP(ctx, listener.Addr().String(), peer.RandomStreamID(), peer.AllFeatures())
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Stream(3, true, resonant.Text, slices.Values([]resonant.Message{think(1), think(2)})); err != nil {
		return err
	}
	var got []byte
	for _, event := range server.Events(ctx) {
		switch event := event.(type) {
		case peer.Delivered:
			got = append(got, event.Slices[0].Payload...)
		case peer.Complete:
			fmt.Println(got)
			return nil
		}
	}
	return ctx.Err()
}
