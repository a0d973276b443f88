package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"resonant/examples/thinks"
	"resonant/peer"
)

// end is one run of the program, whose lines the other one reads.
func end(t *testing.T, chosen options, in io.Reader, out io.WriteCloser) (said string, err error) {
	t.Helper()
	var kept bytes.Buffer
	first := &firstLine{out: out}
	err = talk(t.Context(), chosen, in, io.MultiWriter(&kept, first))
	return kept.String(), errors.Join(err, out.Close())
}

// firstLine carries a description over, and nothing more.
type firstLine struct {
	out  io.Writer
	over bool
}

func (f *firstLine) Write(data []byte) (int, error) {
	if f.over {
		return len(data), nil
	}
	f.over = bytes.HasSuffix(data, []byte("\n"))
	return f.out.Write(data)
}

func TestBothEndsSendAStream(t *testing.T) {
	const frames = 20
	for _, serverOffers := range []bool{false, true} {
		for _, key := range []string{"", strings.Repeat("07", 32)} {
			t.Run(fmt.Sprintf("the server offers %v, key %.2s", serverOffers, key), func(t *testing.T) {
				config, err := thinks.WithKey(peer.AllFeatures(), key)
				if err != nil {
					t.Fatal(err)
				}
				fromServer, toClient := io.Pipe()
				fromClient, toServer := io.Pipe()
				var group sync.WaitGroup
				group.Go(func() {
					said, err := end(t, options{true, serverOffers, true, frames, config}, fromClient, toClient)
					checkEnd(t, "the server", said, err, frames)
				})
				said, err := end(t, options{false, !serverOffers, true, frames, config}, fromServer, toServer)
				checkEnd(t, "the client", said, err, frames)
				group.Wait()
			})
		}
	}
}

func checkEnd(t *testing.T, name, said string, err error, frames int) {
	t.Helper()
	if want := fmt.Sprintf("\nreceived %d frames of ", frames); err != nil || !strings.Contains(said, want) {
		t.Errorf("%s: %q, %v", name, said, err)
	}
}

func TestAKeyOfAnotherLengthIsNamed(t *testing.T) {
	for _, key := range []string{"07", "x", strings.Repeat("07", 33)} {
		if _, err := thinks.WithKey(peer.AllFeatures(), key); err == nil {
			t.Errorf("%q is taken", key)
		}
	}
}
