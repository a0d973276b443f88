package webrtc_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	pion "github.com/pion/webrtc/v4"

	"resonant"
	"resonant/peer"
	"resonant/webrtc"
)

// rawChannel opens a channel beside the session of a pair.
func rawChannel(t *testing.T, pair *ends, label, protocol string, ordered bool, repeats *uint16) *webrtc.Channel {
	t.Helper()
	channel, err := pair.using.CreateDataChannel(label, &pion.DataChannelInit{
		Protocol: &protocol, Ordered: &ordered, MaxRetransmits: repeats,
	})
	if err != nil {
		t.Fatal(err)
	}
	one, err := webrtc.Opened(within(t), channel)
	if err != nil {
		t.Fatal(err)
	}
	return one
}

func TestAServerTakesChannelsByTheirProtocolAlone(t *testing.T) {
	pair := overChannels(t, plain(), unchanged)
	once := uint16(0)
	for _, one := range []*webrtc.Channel{
		rawChannel(t, pair, "", webrtc.Protocol, true, nil),
		rawChannel(t, pair, "another", webrtc.Protocol, false, &once),
	} {
		conn, err := peer.ConnectMessages(within(t), one, 1, plain())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	other := rawChannel(t, pair, webrtc.Label, "resonant/2", true, nil)
	if _, _, err := other.ReadMessage(); !errors.Is(err, io.EOF) {
		t.Errorf("a channel of another protocol: %v", err)
	}
}

func TestAMessageAboveAllLimitsIsDropped(t *testing.T) {
	pair := overChannels(t, plain(), func(sdp string) string { return strings.Replace(sdp, "size:262144", "size:300000", 1) })
	raw := rawChannel(t, pair, webrtc.Label, webrtc.Protocol, true, nil)
	if err := raw.WriteMessage(make([]byte, 300_000)); err != nil {
		t.Fatal(err)
	}
	if drop := next[peer.Dropped](t, pair.server.Endpoint); drop.Code != resonant.FrameTooLarge {
		t.Error(drop.Code)
	}
	if _, err := peer.ConnectMessages(within(t), raw, 1, plain()); err != nil {
		t.Errorf("the channel afterwards: %v", err)
	}
}

func TestSixtyFourChannelsHaveSessionsAtATime(t *testing.T) {
	pair := overChannels(t, plain(), unchanged)
	var clients []*peer.Conn
	for range 63 {
		one, err := webrtc.Open(within(t), pair.using, 1, plain())
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, one)
	}
	for at, one := range append(clients, pair.client) {
		if err := one.Send(3, resonant.Text, think(at+1)); err != nil {
			t.Error(err)
		}
		next[peer.Delivered](t, pair.server.Endpoint)
	}
	if one, err := webrtc.Open(within(t), pair.using, 1, plain()); err == nil {
		t.Error("one more is served", one.Close())
	}
	for _, one := range clients {
		if err := one.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAReaderThatNeverReadsCostsBoundedMemory(t *testing.T) {
	const most = 64 << 20
	pair := overChannels(t, plain(), unchanged)
	raw := rawChannel(t, pair, webrtc.Label, webrtc.Protocol, false, nil)
	client, err := peer.New(peer.Client, plain(), peer.Salt{1})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Ping(1, 0); err != nil {
		t.Fatal(err)
	}
	for ping := range client.Datagrams() {
		if err := raw.WriteMessage(ping); err != nil {
			t.Fatal(err)
		}
	}
	var to *webrtc.Addr
	for from, event := range pair.server.Events(within(t)) {
		if _, is := event.(peer.Established); is && from.(*webrtc.Addr).ID == raw.ID() {
			to = from.(*webrtc.Addr)
			break
		}
	}
	before, sent := heap(), 0
	for err = nil; err == nil; sent++ {
		err = pair.server.Send(to, 4, resonant.Text, think(60<<10))
	}
	if !errors.Is(err, peer.BufferLimit) || sent < 16<<20/(61<<10) {
		t.Errorf("after %d messages: %v", sent, err)
	}
	if used := heap() - before; used > most {
		t.Errorf("%d bytes are used", used)
	}
	if err := pair.using.Close(); err != nil {
		t.Error(err)
	}
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
