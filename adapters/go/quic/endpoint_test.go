package quic_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/quic"
	"resonant/quic/internal/selfsigned"
)

const patience = 30 * time.Second

// certificates are what a server at localhost shows, made for this run, and what trusts it.
func certificates(t testing.TB) (shown, trust *tls.Config) {
	t.Helper()
	shown, trust, err := selfsigned.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	return shown, trust
}

func inTime(t testing.TB) context.Context {
	t.Helper()
	t.Setenv("QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING", "true")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// session is a client and a server in a session.
func session(ctx context.Context, t testing.TB) (server *peer.Endpoint, client *peer.Conn) {
	t.Helper()
	shown, trust := certificates(t)
	server, err := quic.Listen("127.0.0.1:0", shown, peer.AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	client, err = quic.Dial(ctx, server.Addr().String(), trust, peer.RandomStreamID(), peer.AllFeatures())
	if err != nil {
		t.Fatal(errors.Join(err, server.Close()))
	}
	return server, client
}

func think(bytes int, first byte) resonant.Think {
	payload := make([]byte, bytes)
	payload[0] = first
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.F16, Dims: []uint32{uint32(bytes / 2)}, Payload: payload}}
}

// until takes events up to one of a kind.
func until[E peer.Event](ctx context.Context, t testing.TB, of *peer.Endpoint) (found E, before []peer.Event) {
	t.Helper()
	for {
		_, event, err := of.Next(ctx)
		if err != nil {
			t.Fatalf("%v, after %v", err, before)
		}
		if wanted, is := event.(E); is {
			return wanted, before
		}
		before = append(before, event)
	}
}

func TestAStreamOfLargeFramesIsCompleteAndItsConnectionEnds(t *testing.T) {
	ctx := inTime(t)
	server, client := session(ctx, t)
	const frames = 200
	if err := client.Stream(5, true, resonant.Text, func(yield func(resonant.Message) bool) {
		for number := range frames {
			if !yield(think(60<<10, byte(number))) {
				return
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := client.Send(7, resonant.Text, think(2, 7)); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil { // what was sent still arrives
		t.Fatal(err)
	}
	ended, before := until[peer.Ended](ctx, t, server)
	if ended.Code != "" {
		t.Errorf("the connection ended with %s", ended.Code)
	}
	var payloads []byte
	whole, alone := false, false
	for _, event := range before {
		switch event := event.(type) {
		case peer.Delivered:
			if alone = alone || event.StreamID == 7; event.StreamID == 5 {
				payloads = append(payloads, event.Slices[0].Payload[0])
			}
		case peer.Complete:
			whole = true
		}
	}
	wanted := make([]byte, frames)
	for number := range wanted {
		wanted[number] = byte(number)
	}
	if !bytes.Equal(payloads, wanted) || !whole || !alone {
		t.Errorf("%d of %d frames came, complete: %v; the message: %v", len(payloads), frames, whole, alone)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnEndIsToldWithItsCode(t *testing.T) {
	ctx := inTime(t)
	server, client := session(ctx, t)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if ended, _ := until[peer.Ended](ctx, t, client.Endpoint); ended.Code != "" {
		t.Errorf("it ended with %s", ended.Code)
	}
	if err := client.Send(3, resonant.Text, think(2, 1)); !errors.Is(err, peer.HandshakeRequired) {
		t.Errorf("a request afterwards: %v", err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

func TestAServerThatIsNotTrustedIsNone(t *testing.T) {
	ctx := inTime(t)
	shown, _ := certificates(t)
	_, another := certificates(t)
	server, err := quic.Listen("127.0.0.1:0", shown, peer.AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	_, err = quic.Dial(ctx, server.Addr().String(), another, 1, peer.AllFeatures())
	if !errors.Is(err, peer.ConnectionReset) {
		t.Errorf("the error is %v", err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhoeverStopsWaitingGetsNoSession(t *testing.T) {
	ctx, cancel := context.WithCancel(inTime(t))
	_, trust := certificates(t)
	nobody, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := quic.Dial(ctx, nobody.LocalAddr().String(), trust, 1, peer.AllFeatures()); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if err := nobody.Close(); err != nil {
		t.Error(err)
	}
}
