package peer_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

// quicPair is a client and a server over QUIC, in a session, without a network.
func quicPair(t *testing.T) (client, server *peer.Connection) {
	t.Helper()
	ends := [2]*peer.Connection{}
	for at, role := range []peer.Role{peer.Client, peer.Server} {
		one, err := peer.NewQUICConnection(role, peer.AllFeatures(), peer.Salt{byte(at + 1)}, 0)
		if err != nil {
			t.Fatal(err)
		}
		ends[at] = one
	}
	client, server = ends[0], ends[1]
	ask(t, client, 0, func(one *peer.Peer) error { return one.Ping(1, 0) })
	hand(client, server, 0)
	hand(server, client, 0)
	if _, agreed := client.Agreement(); !agreed {
		t.Fatal("no session")
	}
	told(client)
	told(server)
	return client, server
}

func ask(t *testing.T, of *peer.Connection, now time.Duration, request func(*peer.Peer) error) {
	t.Helper()
	if err := of.Do(now, request); err != nil {
		t.Fatal(err)
	}
}

// hand gives everything that one end sends to the other, and what that was.
func hand(from, to *peer.Connection, now time.Duration) []peer.Carried {
	sent := slices.Collect(from.Carried())
	for _, one := range sent {
		switch one.Ending {
		case peer.Lasting:
			to.ReceiveOn(one.On, one.Data, now)
		case peer.Fin:
			to.ReceiveEndOn(one.On, now)
		case peer.Reset:
			to.ReceiveReset(one.On, now)
		case peer.Stop:
			to.ReceiveStop(one.On, one.Number, now)
		}
	}
	return sent
}

func told(one *peer.Connection) []peer.Event { return slices.Collect(one.Events()) }

// codes are those of events, or the names of their types where they have none.
func codes(events []peer.Event) (found []string) {
	for _, event := range events {
		name := reflect.TypeOf(event).Name()
		switch event := event.(type) {
		case peer.Failed:
			name += " " + string(event.Code)
		case peer.Ended:
			name += " " + string(event.Code)
		case peer.Dropped:
			name += " " + string(event.Code)
		}
		found = append(found, name)
	}
	return found
}

func want[T any](t *testing.T, what string, got, wanted T) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%s: %v, not %v", what, got, wanted)
	}
}

// carriagesOf are those on which things were sent, each time that it changes.
func carriagesOf(sent []peer.Carried) (found []peer.Carriage) {
	for _, one := range sent {
		found = append(found, one.On)
	}
	return slices.Compact(found)
}

func open(streamID uint32) func(*peer.Peer) error {
	return func(one *peer.Peer) error { return one.Open(streamID, true, nil, 0) }
}

func say(streamID uint32) func(*peer.Peer) error {
	return func(one *peer.Peer) error {
		return one.Send(streamID, resonant.ThinkType, resonant.Text, payload(1), 0)
	}
}

func finish(streamID uint32) func(*peer.Peer) error {
	return func(one *peer.Peer) error { return one.Close(streamID, 0) }
}

func TestEveryStreamHasAUniOfItsOwn(t *testing.T) {
	client, server := quicPair(t)
	for _, request := range []func(*peer.Peer) error{open(3), say(3), open(5), say(5), say(7), finish(3), finish(5)} {
		ask(t, client, 0, request)
	}
	want(t, "carriages of the client", carriagesOf(hand(client, server, 0)), []peer.Carriage{2, 6, 0, 2, 6})
	wanted := []string{"Opened", "Delivered", "Opened", "Delivered", "Delivered", "Complete", "Complete"}
	want(t, "events", codes(told(server)), wanted)

	ask(t, server, 0, open(4))
	ask(t, server, 0, say(4))
	ask(t, server, 0, func(one *peer.Peer) error { return one.Heart(4, 0) })
	want(t, "carriages of the server", carriagesOf(hand(server, client, 0)), []peer.Carriage{3})
	want(t, "events", codes(told(client)), []string{"Opened", "Delivered"})
}

func TestRepliesAndWhatIsSentAgainHaveTheirCarriages(t *testing.T) {
	client, server := quicPair(t)
	ask(t, client, 0, open(3))
	ask(t, client, 0, say(3))
	ask(t, client, 0, finish(3))
	sent := slices.Collect(client.Carried())
	for _, one := range []peer.Carried{sent[0], sent[2]} { // all but the message
		server.ReceiveOn(one.On, one.Data, 0)
	}
	want(t, "carriage of the error", carriagesOf(hand(server, client, 0)), []peer.Carriage{peer.Main})
	want(t, "carriage of the repair", carriagesOf(hand(client, server, 0)), []peer.Carriage{2})
	want(t, "events", codes(told(server)), []string{"Opened", "Incomplete", "Delivered", "Complete", "Dropped CLOSED"}) // the TAIL, again
}

func TestAUniEndsOnceItsFramesNeedNotBeKept(t *testing.T) {
	client, server := quicPair(t)
	ask(t, client, 0, open(3))
	ask(t, client, 0, finish(3))
	hand(client, server, 0)
	at, there := client.Deadline()
	want(t, "a deadline", there, true)
	if at != 10*time.Second+1 {
		t.Errorf("it is at %v", at)
	}
	client.Advance(10 * time.Second)
	want(t, "at 10 s", len(hand(client, server, 10*time.Second)), 0)
	client.Advance(10*time.Second + time.Millisecond)
	want(t, "later", hand(client, server, 10*time.Second), []peer.Carried{{On: 2, Ending: peer.Fin}})
}

func TestAUniEndsWithItsSession(t *testing.T) {
	client, _ := quicPair(t)
	ask(t, client, 0, open(3))
	_ = slices.Collect(client.Carried())
	client.Advance(45 * time.Second)
	sent := slices.Collect(client.Carried())
	want(t, "the last", sent[len(sent)-1], peer.Carried{On: 2, Ending: peer.Fin})
	want(t, "events", codes(told(client)), []string{"Lost"})
	client.Advance(60 * time.Second)
	want(t, "after that", len(slices.Collect(client.Carried())), 0)
}

func TestAUniOfTwoStreamIDsIsStopped(t *testing.T) {
	client, server := quicPair(t)
	for _, request := range []func(*peer.Peer) error{open(3), say(7), say(3)} {
		ask(t, client, 0, request)
	}
	sent := slices.Collect(client.Carried())
	var data []byte
	for _, one := range sent {
		data = append(data, one.Data...)
	}
	for _, one := range data { // a byte at a time
		server.ReceiveOn(2, []byte{one}, 0)
	}
	server.ReceiveOn(2, sent[2].Data, 0)
	want(t, "events", codes(told(server)), []string{"Opened", "Failed TRUNCATED_FRAME"})
	want(t, "answer", hand(server, client, 0), []peer.Carried{{On: 2, Ending: peer.Stop, Number: 5}})
	want(t, "answer to the answer", slices.Collect(client.Carried()), []peer.Carried{{On: 2, Ending: peer.Reset, Number: 5}})
	if err := client.Do(0, say(3)); err == nil {
		t.Error("a stream whose uni was stopped goes on")
	}
	want(t, "no event", len(told(client)), 0)
}

func TestWhatEndsCarriagesAndConnections(t *testing.T) {
	short, begun := []byte{32, 0, 0, 0}, []byte{40, 0, 0, 0, 1}
	on := func(on peer.Carriage, data []byte) func(*peer.Connection) {
		return func(one *peer.Connection) { one.ReceiveOn(on, data, 0) }
	}
	for name, one := range map[string]struct {
		happens func(*peer.Connection)
		events  []string
		sent    []peer.Carried
		number  uint64
	}{
		"length on a uni":   {on(2, short), nil, []peer.Carried{{On: 2, Ending: peer.Stop, Number: 1}}, 0},
		"length on main":    {on(peer.Main, short), []string{"Lost", "Ended FRAME_TOO_SHORT"}, nil, 1},
		"a second one":      {on(4, []byte{1}), []string{"Lost", "Ended STREAM_CREATION"}, nil, 6},
		"an empty datagram": {on(peer.Datagrams, nil), []string{"Dropped FRAME_TOO_SHORT"}, nil, 0},
		"a late uni": {func(one *peer.Connection) { on(2, begun)(one); one.Advance(10 * time.Second) }, nil,
			[]peer.Carried{{On: 2, Ending: peer.Stop, Number: 4}}, 0},
		"a late main": {func(one *peer.Connection) { on(peer.Main, begun)(one); one.Advance(10 * time.Second) },
			[]string{"Lost", "Ended FRAME_TIMEOUT"}, nil, 4},
		"a cut uni":   {func(one *peer.Connection) { on(2, begun)(one); one.ReceiveEndOn(2, 0) }, nil, nil, 0},
		"a cut main":  {func(one *peer.Connection) { on(peer.Main, begun)(one); one.ReceiveEndOn(peer.Main, 0) }, []string{"Lost", "Ended TRUNCATED_FRAME"}, nil, 3},
		"main's end":  {func(one *peer.Connection) { one.ReceiveEndOn(peer.Main, 0) }, []string{"Lost", "Ended "}, nil, 0},
		"main reset":  {func(one *peer.Connection) { one.ReceiveReset(peer.Main, 0) }, []string{"Lost", "Ended CONNECTION_RESET"}, nil, 0},
		"a number":    {func(one *peer.Connection) { one.ReceiveClose(5, 0) }, []string{"Lost", "Ended STREAM_MISMATCH"}, nil, 5},
		"another one": {func(one *peer.Connection) { one.ReceiveClose(8, 0) }, []string{"Lost", "Ended CONNECTION_RESET"}, nil, 0},
		"no number":   {func(one *peer.Connection) { one.ReceiveClose(0, 0) }, []string{"Lost", "Ended "}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, server := quicPair(t)
			one.happens(server)
			want(t, "events", codes(told(server)), one.events)
			want(t, "sent", slices.Collect(server.Carried()), one.sent)
			want(t, "number", server.Number(), one.number)
		})
	}
}
