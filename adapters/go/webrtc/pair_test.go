package webrtc_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	pion "github.com/pion/webrtc/v4"

	"resonant"
	"resonant/peer"
	"resonant/webrtc"
)

// connection gives a peer connection that has candidates of loopback alone.
func connection(t *testing.T) *pion.PeerConnection {
	t.Helper()
	settings := webrtc.Settings()
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]pion.NetworkType{pion.NetworkTypeUDP4})
	settings.SetInterfaceFilter(func(name string) bool { return strings.HasPrefix(name, "lo") })
	found, err := pion.NewAPI(pion.WithSettingEngine(settings)).NewPeerConnection(pion.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = found.Close() })
	return found
}

// describe gives the description of an end with all candidates, changed on the way.
func describe(t *testing.T, one *pion.PeerConnection, make func() (pion.SessionDescription, error)) pion.SessionDescription {
	t.Helper()
	gathered := pion.GatheringCompletePromise(one)
	description, err := make()
	if err != nil {
		t.Fatal(err)
	}
	if err := one.SetLocalDescription(description); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return *one.LocalDescription()
}

// signal has two peer connections describe themselves to each other; change is what happens to the answer.
func signal(t *testing.T, offering, answering *pion.PeerConnection, change func(sdp string) string) {
	t.Helper()
	offer := describe(t, offering, func() (pion.SessionDescription, error) { return offering.CreateOffer(nil) })
	if limit := webrtc.LimitOf(offer.SDP); limit < resonant.MaxFrameBytes {
		t.Errorf("an offer for %d bytes", limit)
	}
	if err := answering.SetRemoteDescription(webrtc.Remote(offer)); err != nil {
		t.Fatal(err)
	}
	answer := describe(t, answering, func() (pion.SessionDescription, error) { return answering.CreateAnswer(nil) })
	if answer.SDP = change(answer.SDP); webrtc.LimitOf(answer.SDP) < 100 {
		t.Error("the answer has no room")
	}
	if err := offering.SetRemoteDescription(webrtc.Remote(answer)); err != nil {
		t.Fatal(err)
	}
}

func unchanged(sdp string) string { return sdp }

// ends are a server and a client with a session.
type ends struct {
	server         *webrtc.Server
	client         *peer.Conn
	serving, using *pion.PeerConnection
}

func overChannels(t *testing.T, config peer.Config, change func(sdp string) string) *ends {
	t.Helper()
	server, err := webrtc.Serve(config)
	if err != nil {
		t.Fatal(err)
	}
	found := &ends{server: server, serving: connection(t), using: connection(t)}
	server.On(found.serving)
	channel, err := webrtc.Create(found.using)
	if err != nil {
		t.Fatal(err)
	}
	signal(t, found.using, found.serving, change)
	if found.client, err = webrtc.Connect(within(t), channel, peer.RandomStreamID(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(found.client.Close(), server.Close()); err != nil {
			t.Error(err)
		}
	})
	return found
}

// within is a context that ends when nothing is to be expected any more.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// next takes events of an endpoint up to one of a type.
func next[E peer.Event](t *testing.T, one *peer.Endpoint) E {
	t.Helper()
	for _, event := range one.Events(within(t)) {
		if wanted, is := event.(E); is {
			return wanted
		}
	}
	t.Fatalf("there is no %T", *new(E))
	panic("unreachable")
}

func think(bytes int) resonant.Message {
	payload := make([]byte, bytes)
	for at := range payload {
		payload[at] = byte(at * at)
	}
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{uint32(bytes)}, Payload: payload}}
}

func plain() peer.Config {
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	return config
}

func sealed() peer.Config {
	config := plain()
	config.Key, config.Crypto = &resonant.Key{7}, []string{peer.XChaCha20Poly1305}
	return config
}

func TestStreamsOfLargeFramesArriveBothWays(t *testing.T) {
	const frames, bytes = 100, 60 << 10
	for name, config := range map[string]peer.Config{"open": plain(), "sealed": sealed()} {
		t.Run(name, func(t *testing.T) {
			pair := overChannels(t, config, unchanged)
			messages := func(yield func(resonant.Message) bool) {
				for range frames {
					if !yield(think(bytes)) {
						return
					}
				}
			}
			var group sync.WaitGroup
			group.Go(func() {
				if whole := next[peer.Complete](t, pair.server.Endpoint); whole.Frames != frames {
					t.Errorf("%d frames", whole.Frames)
				}
			})
			if err := pair.client.Stream(3, true, resonant.Text, messages); err != nil {
				t.Error(err)
			}
			group.Wait()
			back := pair.server.Endpoint
			from, _ := onlyRemote(t, pair)
			if err := back.Send(from, 4, resonant.Text, think(bytes)); err != nil {
				t.Fatal(err)
			}
			next[peer.Delivered](t, pair.client.Endpoint)
		})
	}
}

// onlyRemote asks the client for a HEART's worth of words, so that the server tells where it is.
func onlyRemote(t *testing.T, pair *ends) (*webrtc.Addr, peer.Event) {
	t.Helper()
	if err := pair.client.Send(9, resonant.Text, think(1)); err != nil {
		t.Fatal(err)
	}
	for from, event := range pair.server.Events(within(t)) {
		if message, is := event.(peer.Delivered); is && message.StreamID == 9 {
			return from.(*webrtc.Addr), event
		}
	}
	t.Fatal("nothing has come")
	return nil, nil
}

func TestTheLargestFramesAreThoseOfTheOtherDescription(t *testing.T) {
	const overhead = resonant.MinFrameBytes + 10
	for name, one := range map[string]struct {
		from, to string
		limit    int
	}{
		"as announced":  {"", "", 65_536},
		"none":          {"a=max-message-size:262144\r\n", "", 65_536},
		"without limit": {"size:262144", "size:0", 65_536},
		"little":        {"size:262144", "size:2000", 2000},
	} {
		t.Run(name, func(t *testing.T) {
			pair := overChannels(t, plain(), func(sdp string) string { return strings.Replace(sdp, one.from, one.to, 1) })
			if err := pair.client.Send(3, resonant.Text, think(one.limit-overhead)); err != nil {
				t.Error(err)
			}
			next[peer.Delivered](t, pair.server.Endpoint)
			if err := pair.client.Send(3, resonant.Text, think(one.limit-overhead+1)); !errors.Is(err, resonant.FrameTooLarge) {
				t.Errorf("one byte more: %v", err)
			}
		})
	}
}

func TestAChannelThatIsClosedEndsTheSessionWithoutACode(t *testing.T) {
	pair := overChannels(t, plain(), unchanged)
	if err := pair.client.Close(); err != nil {
		t.Error(err)
	}
	next[peer.Lost](t, pair.server.Endpoint)
	if end := next[peer.Ended](t, pair.server.Endpoint); end.Code != "" {
		t.Errorf("the end has the code %s", end.Code)
	}
	again, err := webrtc.Open(within(t), pair.using, 1, plain())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestAPeerConnectionThatEndsHasACode(t *testing.T) {
	pair := overChannels(t, plain(), unchanged)
	if err := pair.using.Close(); err != nil {
		t.Error(err)
	}
	for name, one := range map[string]*peer.Endpoint{"the other end": pair.server.Endpoint, "its own": pair.client.Endpoint} {
		if end := next[peer.Ended](t, one); end.Code != peer.ConnectionReset {
			t.Errorf("%s has the code %q", name, end.Code)
		}
	}
	if _, err := webrtc.Open(within(t), pair.using, 1, plain()); !errors.Is(err, peer.ConnectionReset) {
		t.Error(err)
	}
}

func TestAChannelThatNeverOpensHasACode(t *testing.T) {
	channel, err := webrtc.Create(connection(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := webrtc.Connect(ctx, channel, 1, plain()); !errors.Is(err, peer.ConnectionReset) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAPeerConnectionWithoutTheSettingsIsNamed(t *testing.T) {
	bare, err := pion.NewPeerConnection(pion.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bare.Close() }()
	channel, err := webrtc.Create(bare)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := webrtc.NewChannel(channel); err == nil || !strings.Contains(err.Error(), "Settings") {
		t.Error(err)
	}
}
