package webrtc_test

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	pion "github.com/pion/webrtc/v4"

	"resonant/webrtc"
)

// bareChannels are both ends of a channel, that of the answering side first.
func bareChannels(t *testing.T) (near, far *webrtc.Channel) {
	t.Helper()
	offering, answering := connection(t), connection(t)
	taken := make(chan *webrtc.Channel, 1)
	answering.OnDataChannel(func(one *pion.DataChannel) { webrtc.Accept(one, func(open *webrtc.Channel) { taken <- open }) })
	channel, err := webrtc.Create(offering)
	if err != nil {
		t.Fatal(err)
	}
	signal(t, offering, answering, unchanged)
	if far, err = webrtc.Opened(within(t), channel); err != nil {
		t.Fatal(err)
	}
	return <-taken, far
}

// fill writes until the channel waits, and gives how many bytes it took.
func fill(t *testing.T, one *webrtc.Channel) (bytes int) {
	t.Helper()
	if err := one.SetWriteDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 1<<16)
	err := error(nil)
	for ; err == nil; bytes += len(message) {
		err = one.WriteMessage(message)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || !webrtc.IsLate(err) {
		t.Fatal(err)
	}
	return bytes - len(message)
}

func TestAWriterWaitsWhileMuchIsBuffered(t *testing.T) {
	near, far := bareChannels(t)
	bytes := fill(t, far)
	if bytes < 1<<20 || bytes > 4<<20 { // 1 MiB, and what the other end's receive buffer takes
		t.Errorf("%d bytes are taken at once", bytes)
	}
	if err := far.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() { written <- far.WriteMessage([]byte("the last one")) }()
	for {
		message, binary, err := near.ReadMessage()
		if err != nil || !binary {
			t.Fatal(binary, err)
		}
		if string(message) == "the last one" {
			break
		}
		bytes -= len(message)
	}
	if err := <-written; err != nil || bytes != 0 {
		t.Errorf("%d bytes are missing, %v", bytes, err)
	}
}

func TestAClosedChannelHasNobodyWait(t *testing.T) {
	_, far := bareChannels(t)
	fill(t, far)
	if err := far.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	written, read := make(chan error), make(chan error)
	go func() { written <- far.WriteMessage([]byte("more")) }()
	go func() {
		_, _, err := far.ReadMessage()
		read <- err
	}()
	if err := far.Close(); err != nil {
		t.Error(err)
	}
	if err := <-written; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the writer: %v", err)
	}
	if err := <-read; err == nil {
		t.Error("something is read")
	}
}

func TestAReaderWaitsUntilItsDeadline(t *testing.T) {
	near, far := bareChannels(t)
	if err := near.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := near.ReadMessage(); !webrtc.IsLate(err) {
		t.Error(err)
	}
	if err := near.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := far.WriteMessage(nil); err != nil {
		t.Fatal(err)
	}
	if message, binary, err := near.ReadMessage(); len(message) != 0 || !binary || err != nil {
		t.Error(message, binary, err)
	}
}
