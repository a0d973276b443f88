package peer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"resonant"
	"resonant/peer"
)

// TestMain compresses something first: the library of Zstandard is set up once, which must not happen inside of a bubble.
func TestMain(m *testing.M) {
	body, err := resonant.Compress(nil, 0)
	if err == nil {
		_, err = resonant.Decompress(body)
	}
	if err != nil {
		panic(err)
	}
	m.Run()
}

func think(number int) resonant.Message {
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{1}, Payload: []byte{byte(number)}}}
}

// inMemory runs a test with a server and a client in a session, on a clock that only waits for them.
func inMemory(t *testing.T, test func(ctx context.Context, way *network, server *peer.Endpoint, client *peer.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		way := new(network)
		server, err := peer.Listen(way.listen("server"), peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		client, err := peer.Dial(t.Context(), way.listen("client"), memoryAddr("server"), 1, peer.AllFeatures())
		if err != nil {
			t.Fatal(err)
		}
		test(t.Context(), way, server, client)
		if err := errors.Join(client.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
}

// next gives the next event of a kind.
func next[E peer.Event](ctx context.Context, t *testing.T, one *peer.Endpoint) (net.Addr, E) {
	t.Helper()
	for from, event := range one.Events(ctx) {
		if found, is := event.(E); is {
			return from, found
		}
	}
	var none E
	t.Fatalf("no %T", none)
	return nil, none
}

func TestMessagesAndStreamsArrive(t *testing.T) {
	inMemory(t, func(ctx context.Context, _ *network, server *peer.Endpoint, client *peer.Conn) {
		if err := client.Send(3, resonant.Audio, think(7)); err != nil {
			t.Fatal(err)
		}
		from, message := next[peer.Delivered](ctx, t, server)
		if from.String() != "client" || message.Modality != resonant.Audio || message.Slices[0].Payload[0] != 7 {
			t.Errorf("%v from %v", message, from)
		}
		if err := client.Stream(5, true, resonant.Text, slices.Values([]resonant.Message{think(1), think(2)})); err != nil {
			t.Fatal(err)
		}
		if _, end := next[peer.Complete](ctx, t, server); end.Frames != 2 || end.StreamID != 5 {
			t.Errorf("%v", end)
		}
		if err := server.Send(from, 2, resonant.Text, think(9)); err != nil {
			t.Fatal(err)
		}
		if _, back := next[peer.Delivered](ctx, t, client.Endpoint); back.Slices[0].Payload[0] != 9 {
			t.Errorf("%v", back)
		}
	})
}

func TestSilenceEndsTheSessionAndAnotherCanBegin(t *testing.T) {
	inMemory(t, func(ctx context.Context, way *network, server *peer.Endpoint, client *peer.Conn) {
		start := time.Now()
		way.mutex.Lock()
		way.cut = true
		way.mutex.Unlock()
		next[peer.Lost](ctx, t, server)
		next[peer.Lost](ctx, t, client.Endpoint)
		if after := time.Since(start); after != 45*time.Second {
			t.Errorf("lost after %v", after)
		}
		if err := client.Send(3, 0, think(0)); !errors.Is(err, peer.HandshakeRequired) {
			t.Errorf("without a session: %v", err)
		}
		way.mutex.Lock()
		way.cut = false
		way.mutex.Unlock()
		if err := client.Do(func(one *peer.Peer, now time.Duration) error { return one.Ping(7, now) }); err != nil {
			t.Fatal(err)
		}
		next[peer.Established](ctx, t, client.Endpoint)
		if err := client.Send(3, 0, think(0)); err != nil {
			t.Error(err)
		}
		next[peer.Delivered](ctx, t, server)
	})
}

func TestHeartsKeepASessionForAsLongAsBothAreThere(t *testing.T) {
	inMemory(t, func(_ context.Context, _ *network, server *peer.Endpoint, client *peer.Conn) {
		time.Sleep(10 * time.Minute)
		if _, there := client.Agreement(); !there {
			t.Error("the session is over")
		}
		if _, there := server.Agreement(memoryAddr("client")); !there {
			t.Error("the server's session is over")
		}
	})
}

func TestADialThatNobodyAnswersHasACode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := peer.Dial(t.Context(), new(network).listen("client"), memoryAddr("nobody"), 1, peer.AllFeatures())
		if !errors.Is(err, peer.HandshakeTimeout) || time.Since(start) != 15*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = peer.Dial(ctx, new(network).listen("client"), memoryAddr("nobody"), 1, peer.AllFeatures())
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a context that is done: %v", err)
		}
	})
}

func TestADialToAnotherSpaceHasItsCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		way, config := new(network), peer.AllFeatures()
		config.SpaceHash32 = 5
		server, err := peer.Listen(way.listen("server"), config)
		if err != nil {
			t.Fatal(err)
		}
		config.SpaceHash32 = 6
		if _, err := peer.Dial(t.Context(), way.listen("client"), memoryAddr("server"), 1, config); !errors.Is(err, peer.SpaceMismatch) {
			t.Error(err)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAStrangerIsNoPeerOfAClient(t *testing.T) {
	inMemory(t, func(_ context.Context, way *network, _ *peer.Endpoint, client *peer.Conn) {
		stranger := way.listen("stranger")
		if _, err := stranger.WriteTo([]byte("hello"), memoryAddr("client")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if event, err := client.Next(ctx); err == nil {
			t.Errorf("%T %v", event, event)
		}
	})
}

func TestWhoDoesNotTakeEventsLosesDatagramsAndNoMemory(t *testing.T) {
	inMemory(t, func(ctx context.Context, way *network, server *peer.Endpoint, client *peer.Conn) {
		for range 6000 {
			if err := client.Send(3, 0, think(0)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		count := 0
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		for range server.Events(ctx) {
			count++
		}
		if count != 4096 {
			t.Errorf("%d events waited", count)
		}
	})
}

func TestAClosedEndpointEndsEverything(t *testing.T) {
	inMemory(t, func(ctx context.Context, _ *network, server *peer.Endpoint, client *peer.Conn) {
		var group sync.WaitGroup
		group.Go(func() {
			for range client.Events(ctx) {
			}
		})
		synctest.Wait()
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		group.Wait()
		if err := client.Send(3, 0, think(0)); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

func TestManyGoroutinesSendAtATime(t *testing.T) {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	server, err := peer.Listen(socket, peer.AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	own, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := peer.Dial(t.Context(), own, server.Addr(), peer.RandomStreamID(), peer.AllFeatures())
	if err != nil {
		t.Fatal(err)
	}
	const each, senders = 8, 4
	var group sync.WaitGroup
	for sender := range uint32(senders) {
		group.Go(func() {
			for number := range each {
				if err := client.Send(2*sender+1, 0, think(number)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range each * senders {
		next[peer.Delivered](t.Context(), t, server)
	}
	group.Wait()
	if err := errors.Join(client.Close(), server.Close()); err != nil {
		t.Error(err)
	}
}

func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(exchange(ctx))
	// Output:
	// message on stream 3: [1 2 3]
	// <nil>
}

func exchange(ctx context.Context) error {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server, err := peer.Listen(socket, peer.AllFeatures())
	if err != nil {
		return err
	}
	defer server.Close()
	if socket, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		return err
	}
	client, err := peer.Dial(ctx, socket, server.Addr(), peer.RandomStreamID(), peer.AllFeatures())
	if err != nil {
		return err
	}
	defer client.Close()
	hidden := resonant.Tensor{DType: resonant.I8, Dims: []uint32{3}, Payload: []byte{1, 2, 3}}
	if err := client.Send(3, resonant.Text, resonant.Think{Hidden: hidden}); err != nil {
		return err
	}
	for _, event := range server.Events(ctx) {
		if message, is := event.(peer.Delivered); is {
			fmt.Printf("message on stream %d: %v\n", message.StreamID, message.Slices[0].Payload)
			return nil
		}
	}
	return ctx.Err()
}
