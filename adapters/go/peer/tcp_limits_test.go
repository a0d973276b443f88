package peer_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"

	"resonant"
	"resonant/peer"
)

func TestWhateverIsNoFrameEndsItsConnectionWithACode(t *testing.T) {
	reset := func(socket *net.TCPConn) error { return errors.Join(socket.SetLinger(0), socket.Close()) }
	for name, one := range map[string]struct {
		write string
		then  func(*net.TCPConn) error
		code  resonant.Code
	}{
		"garbage":            {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", nil, resonant.FrameTooLarge},
		"a short length":     {"\x20\x00\x00\x00", nil, resonant.FrameTooShort},
		"an end in a frame":  {"\x21\x00\x00\x00abc", (*net.TCPConn).CloseWrite, peer.TruncatedFrame},
		"an end in a length": {"\x21\x00", (*net.TCPConn).CloseWrite, peer.TruncatedFrame},
		"an end":             {"", (*net.TCPConn).CloseWrite, ""},
		"a reset":            {"\x21\x00", reset, peer.ConnectionReset},
	} {
		t.Run(name, func(t *testing.T) {
			server := listenTCP(t, peer.AllFeatures())
			socket := raw(t, server)
			if _, err := socket.Write([]byte(one.write)); err != nil {
				t.Fatal(err)
			}
			if one.then != nil {
				if err := one.then(socket); err != nil {
					t.Fatal(err)
				}
			}
			if _, end := next[peer.Ended](t.Context(), t, server); end.Code != one.code {
				t.Errorf("%q", end.Code)
			}
			if one.code == peer.ConnectionReset {
				return
			}
			if data, err := io.ReadAll(socket); len(data) > 0 || err != nil {
				t.Errorf("this side gets %x, %v", data, err)
			}
			_ = socket.Close()
		})
	}
}

func TestATLSClientIsTurnedAway(t *testing.T) {
	server := listenTCP(t, peer.AllFeatures())
	socket := raw(t, server)
	if err := tls.Client(socket, &tls.Config{ServerName: "localhost"}).HandshakeContext(t.Context()); err == nil {
		t.Error("a handshake of TLS")
	}
	_ = socket.Close()
	if _, end := next[peer.Ended](t.Context(), t, server); end.Code != resonant.FrameTooLarge {
		t.Errorf("%q", end.Code)
	}
}

func TestASlowSenderIsUnderstood(t *testing.T) {
	server := listenTCP(t, peer.AllFeatures())
	socket := raw(t, server)
	one, err := peer.NewConnection(peer.Client, peer.AllFeatures(), peer.Salt{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Do(0, func(p *peer.Peer) error { return p.Ping(1, 0) }); err != nil {
		t.Fatal(err)
	}
	for piece := range one.Bytes() {
		for at := range piece {
			if _, err := socket.Write(piece[at : at+1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	next[peer.Established](t.Context(), t, server)
	_ = socket.Close()
}

func TestManyConnectionsOfOneByteLeaveRoomForAClient(t *testing.T) {
	server := listenTCP(t, peer.AllFeatures())
	sockets := make([]*net.TCPConn, 64)
	for at := range sockets {
		sockets[at] = raw(t, server)
		if _, err := sockets[at].Write([]byte{33}); err != nil {
			t.Fatal(err)
		}
	}
	client, err := peer.DialTCP(t.Context(), server.Addr().String(), 1, peer.AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	// The oldest has made room, and no other.
	from, _ := next[peer.Ended](t.Context(), t, server)
	if from.String() != sockets[0].LocalAddr().String() {
		t.Errorf("%v has made room", from)
	}
	if err := client.Send(3, 0, think(1)); err != nil {
		t.Fatal(err)
	}
	next[peer.Delivered](t.Context(), t, server)
	for _, one := range sockets {
		_ = one.Close()
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestSixtyFourClientsHaveSessionsAtATime(t *testing.T) {
	server := listenTCP(t, peer.AllFeatures())
	for range 64 {
		client, err := peer.DialTCP(t.Context(), server.Addr().String(), 1, peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		next[peer.Established](t.Context(), t, server)
	}
	if _, err := peer.DialTCP(t.Context(), server.Addr().String(), 1, peer.AllFeatures()); err == nil {
		t.Error("one more is taken, at the cost of a session")
	}
}

func TestAReaderThatNeverReadsCostsBoundedMemory(t *testing.T) {
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	server := listenTCP(t, config)
	socket := raw(t, server)
	one, err := peer.NewConnection(peer.Client, config, peer.Salt{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Do(0, func(p *peer.Peer) error { return p.Ping(1, 0) }); err != nil {
		t.Fatal(err)
	}
	for piece := range one.Bytes() {
		if _, err := socket.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	from, _ := next[peer.Established](t.Context(), t, server)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	sent, refused := 0, error(nil)
	for refused == nil && sent < 4000 {
		if refused = server.Send(from, 2, 0, large(sent)); refused == nil {
			sent++
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if !errors.Is(refused, peer.BufferLimit) {
		t.Fatalf("after %d frames: %v", sent, refused)
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 24<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.WaitForRoom(ctx, from); !errors.Is(err, context.Canceled) {
		t.Errorf("there is room: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, socket) }()
	if err := server.WaitForRoom(t.Context(), from); err != nil {
		t.Error(err)
	}
	if err := server.Send(from, 2, 0, large(0)); err != nil {
		t.Errorf("once it reads: %v", err)
	}
	_ = socket.CloseWrite()
	next[peer.Ended](t.Context(), t, server)
}

func TestWhoDoesNotTakeEventsIsNotReadOverTCP(t *testing.T) {
	server, client := overTCP(t, peer.AllFeatures())
	const frames = 6000
	var group sync.WaitGroup
	group.Go(func() {
		for number := range frames {
			if err := errors.Join(client.WaitForRoom(t.Context()), client.Send(3, 0, think(number))); err != nil {
				t.Error(err)
				return
			}
		}
	})
	group.Wait() // while nobody takes events
	for number := range frames {
		if _, message := next[peer.Delivered](t.Context(), t, server); message.Slices[0].Payload[0] != byte(number) {
			t.Fatalf("message %d is %v", number, message.Slices[0].Payload)
		}
	}
}
