package peer_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"resonant"
	"resonant/peer"
)

// muxInMemory is inMemory with peers that multiplex.
func muxInMemory(t *testing.T, test func(ctx context.Context, server *peer.Endpoint, client *peer.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		way := new(network)
		server, err := peer.Listen(way.listen("server"), muxConfig())
		if err != nil {
			t.Fatal(err)
		}
		client, err := peer.Dial(t.Context(), way.listen("client"), memoryAddr("server"), 1, muxConfig())
		if err != nil {
			t.Fatal(err)
		}
		test(t.Context(), server, client)
		if err := errors.Join(client.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestAStreamGoesAsFastAsItGetsCredit(t *testing.T) {
	const count = 3000 // more than may wait
	muxInMemory(t, func(ctx context.Context, server *peer.Endpoint, client *peer.Conn) {
		sent := make(chan error, 1)
		go func() {
			sent <- client.Stream(5, true, resonant.Text, func(yield func(resonant.Message) bool) {
				for number := range count {
					if !yield(think(number)) {
						return
					}
				}
			})
		}()
		if _, end := next[peer.Complete](ctx, t, server); end.Frames != count {
			t.Errorf("%d frames", end.Frames)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

func TestAWaitForCreditEndsWithTheEndpoint(t *testing.T) {
	muxInMemory(t, func(ctx context.Context, _ *peer.Endpoint, client *peer.Conn) {
		cork := func(one *peer.Peer, now time.Duration) error {
			one.Cork(now)
			if err := one.Open(5, false, nil, now); err != nil {
				return err
			}
			for number := range 512 {
				if err := one.SendMessage(5, resonant.Text, think(number), now); err != nil {
					return err
				}
			}
			return nil
		}
		if err := client.Do(cork); err != nil {
			t.Fatal(err)
		}
		canceled, cancel := context.WithCancel(ctx)
		cancel()
		if err := client.WaitForRoom(canceled); !errors.Is(err, context.Canceled) {
			t.Errorf("512 frames wait: %v", err)
		}
		waited := make(chan error, 1)
		go func() { waited <- client.WaitForRoom(ctx) }()
		synctest.Wait()
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if err := <-waited; err != nil {
			t.Error(err)
		}
	})
}
