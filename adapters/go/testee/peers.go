package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

// peers are the testee's own, on its wires; links are nil while none are open.
type peers struct {
	wires       testeekit.Wires
	role        peer.Role
	links       *peer.Links[string]
	ports       map[string]uint16                // of the remote ends over UDP
	connections map[string]*testeekit.Connection // those over TCP; nil where none could be made
	now         time.Duration
}

// errNone is what ops on peers are answered with while none are open (TST-19).
var errNone = testeekit.BadRequest("no peers are open")

func (p *peers) ops() map[string]testeekit.Op {
	return map[string]testeekit.Op{
		"peer_open":    p.open,
		"peer_send":    p.send,
		"peer_poll":    p.poll,
		"peer_advance": p.advance,
		"peer_close":   p.close,
		"reset":        p.reset,
	}
}

// before handles what waits on the wire of udp (TST-15).
func (p *peers) before() error {
	err := p.wires.UDP.Receive(func(datagram []byte, port uint16) {
		if link := p.linkFrom(port); link != "" {
			p.links.Receive(link, datagram, p.now)
		}
	})
	return p.after(err)
}

// linkFrom is what the remote end at a port is called over UDP; empty if it is nobody's.
func (p *peers) linkFrom(port uint16) string {
	if p.links == nil {
		return ""
	}
	for link, one := range p.ports {
		if one == port {
			return link
		}
	}
	if p.role == peer.Client {
		return ""
	}
	link := fmt.Sprintf("udp-%d", port)
	p.ports[link] = port
	return link
}

// after sends what the peers want to send (TST-17), and makes an answer of what they said.
func (p *peers) after(err error) error {
	if p.links == nil {
		return said(err)
	}
	streams := map[string][]byte{}
	for link, data := range p.links.Datagrams() {
		if port, is := p.ports[link]; is {
			err = errors.Join(err, p.wires.UDP.Send(data, port))
		} else {
			streams[link] = append(streams[link], data...)
		}
	}
	for link, one := range p.connections {
		if one == nil {
			continue
		}
		before := one.Unsent()
		one.Send(streams[link])
		written := before + len(streams[link]) - one.Unsent()
		p.links.On(link, p.now, func(on *peer.Connection, _ time.Duration) { on.Written(written) })
		if p.links.Ended(link) {
			one.Close()
		}
	}
	return said(err)
}

// ok makes the reply of an op, with what was sent on connections since the last one (TST-30).
func (p *peers) ok(members map[string]any) (any, error) {
	sent := map[string]int64{}
	for link, one := range p.connections {
		if one == nil {
			continue
		}
		if bytes, more := one.Sent(); more {
			sent[link] = bytes
		}
	}
	if len(sent) > 0 {
		members["sent"] = sent
	}
	return members, nil
}

// take takes from a connection what the runner says has come there (TST-28).
func (p *peers) take(arrived *testeekit.Arrived) error {
	if arrived == nil {
		return nil
	}
	if err := p.accept(arrived.Link); err != nil {
		return err
	}
	one := p.connections[arrived.Link]
	if one == nil || p.links.Ended(arrived.Link) {
		return nil
	}
	ending, err := one.Take(arrived, func(data []byte) { p.links.Receive(arrived.Link, data, p.now) })
	switch ending {
	case testeekit.Stopped:
		p.links.On(arrived.Link, p.now, (*peer.Connection).ReceiveEnd)
	case testeekit.Broken:
		p.links.On(arrived.Link, p.now, (*peer.Connection).Break)
	}
	return errors.Join(err, p.after(nil))
}

// accept takes a connection that the runner speaks of for the first time.
func (p *peers) accept(link string) error {
	if _, there := p.connections[link]; there {
		return nil
	}
	text, isTCP := strings.CutPrefix(link, "tcp-")
	port, err := strconv.ParseUint(text, 10, 16)
	if !isTCP || err != nil || p.role == peer.Client {
		return testeekit.BadRequest(fmt.Sprintf("there is no connection %q", link))
	}
	one, err := p.wires.TCP.Accept(uint16(port))
	if err != nil {
		return err
	}
	p.connections[link] = one
	p.links.Connect(link, p.now)
	return nil
}

func (p *peers) open(in *testeekit.Input) (any, error) {
	role := in.OneOf("role", "server", "client")
	config, salt, err := readConfig(in.Object("config"))
	var to target
	if role == "client" {
		to = target{
			in.Link("link"), in.OneOf("transport", "udp", "tcp"), uint16(in.Integer("remote", 1, 65535)), in.U32("stream_id"),
		}
	}
	if err := errors.Join(in.Done(), err); err != nil {
		return nil, err
	}
	if p.links != nil {
		return nil, testeekit.BadRequest("peers are open already")
	}
	kind := peer.Client
	if role == "server" {
		kind = peer.Server
	}
	links, err := peer.NewLinks[string](kind, config, salts(salt), peer.DefaultLinks)
	if err != nil {
		return nil, said(err)
	}
	p.role, p.links, p.ports, p.connections = kind, links, map[string]uint16{}, map[string]*testeekit.Connection{}
	if kind == peer.Client {
		err = p.reach(to)
	}
	if err := p.after(err); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

// target is where a client goes.
type target struct {
	link, transport string
	remote          uint16
	streamID        uint32
}

// reach sends a client's first ping.
func (p *peers) reach(to target) error {
	if to.transport == "tcp" {
		one, err := testeekit.Connect(to.remote)
		p.connections[to.link] = one
		p.links.Connect(to.link, p.now)
		if err != nil { // TCP-12
			p.links.On(to.link, p.now, (*peer.Connection).Break)
			return nil
		}
	} else {
		p.ports[to.link] = to.remote
	}
	return p.links.Do(to.link, p.now, func(one *peer.Peer) error { return one.Ping(to.streamID, p.now) })
}

// salts gives the salt of the configuration, and from then on others (testee.md, section 6).
func salts(configured peer.Salt) func() peer.Salt {
	used := false
	return func() (salt peer.Salt) {
		if !used {
			used = true
			return configured
		}
		_, _ = rand.Read(salt[:]) // it never fails
		return salt
	}
}

func readConfig(in *testeekit.Input) (peer.Config, peer.Salt, error) {
	config := peer.Config{
		EmbeddingSpaceID: in.Text("embedding_space_id"),
		SpaceHash32:      in.U32("space_hash32"),
		DModel:           in.Integer("d_model", 1, 1<<53-1),
		Compress:         in.Texts("compress"),
		Crypto:           in.Texts("crypto"),
		DType:            in.Texts("dtype"),
		Modality:         in.Texts("modality"),
		Critique:         in.Bool("critique"),
		RequireCrypto:    in.Bool("require_crypto"),
		Key:              keyOf(in.OptionalBytesOf("key", len(resonant.Key{}))),
	}
	salt := in.BytesOf("salt", len(peer.Salt{}))
	if err := in.Done(); err != nil {
		return config, peer.Salt{}, err
	}
	return config, peer.Salt(salt), nil
}

func (p *peers) send(in *testeekit.Input) (any, error) {
	arrived := in.OptionalArrived()
	request, err := readRequest(in, p.now)
	if err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	if err := p.take(arrived); err != nil {
		return nil, err
	}
	to, only := p.links.Only()
	if request.to != "" {
		to, only = request.to, p.links.Has(request.to)
	}
	if !only {
		return nil, testeekit.BadRequest("no peer, or more than one, is meant")
	}
	err = p.links.Do(to, p.now, request.ask)
	if err := p.after(err); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

// request is what a peer is asked for; to is empty if it does not say which.
type request struct {
	to  string
	ask func(*peer.Peer) error
}

func readRequest(in *testeekit.Input, now time.Duration) (request, error) {
	kind, streamID := in.OneOf("kind", "message", "ping", "head", "tail", "heart"), in.U32("stream_id")
	var found request
	if in.Has("link") {
		found.to = in.Link("link")
	}
	switch kind {
	case "message":
		of, modality := resonant.Type(in.Integer("type", 0, 4)), resonant.Modality(in.Integer("modality", 0, 4))
		in.Require(of != resonant.SyncType, "type is that of a Sync frame")
		slices := givenSlices(in.Slices("slices"))
		found.ask = func(one *peer.Peer) error { return one.Send(streamID, of, modality, slices, now) }
	case "ping":
		found.ask = func(one *peer.Peer) error { return one.Ping(streamID, now) }
	case "head":
		strong, sizes := in.Bool("strong_tail"), readSizes(in)
		found.ask = func(one *peer.Peer) error { return one.Open(streamID, strong, sizes, now) }
	case "tail":
		found.ask = func(one *peer.Peer) error { return one.Close(streamID, now) }
	default:
		found.ask = func(one *peer.Peer) error { return one.Heart(streamID, now) }
	}
	return found, in.Done()
}

func readSizes(in *testeekit.Input) *peer.Sizes {
	if !in.Has("announce") {
		return nil
	}
	announce := in.Object("announce")
	sizes := &peer.Sizes{
		Frames:   announce.U64("frames"),
		TotalLen: announce.U64("total_len"),
	}
	copy(sizes.MD5[:], announce.BytesOf("md5", len(sizes.MD5)))
	hash := announce.Text("xxhash3_64")
	value, err := strconv.ParseUint(hash, 16, 64)
	announce.Require(err == nil && resonant.TailHashText(value) == hash, "xxhash3_64 is not 16 digits")
	sizes.XXHash3 = value
	if err := announce.Done(); err != nil {
		in.Require(false, err.Error())
	}
	return sizes
}

func (p *peers) poll(in *testeekit.Input) (any, error) {
	arrived := in.OptionalArrived()
	if err := in.Done(); err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	if err := p.take(arrived); err != nil {
		return nil, err
	}
	found := []map[string]any{}
	for link, event := range p.links.Events() {
		members := eventOf(event)
		members["link"] = link
		found = append(found, members)
	}
	return p.ok(map[string]any{"events": found})
}

func (p *peers) advance(in *testeekit.Input) (any, error) {
	ms, arrived := in.Integer("ms", 0, 86_400_000), in.OptionalArrived()
	if err := in.Done(); err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	if err := p.take(arrived); err != nil {
		return nil, err
	}
	p.now += time.Duration(ms) * time.Millisecond
	p.links.Advance(p.now)
	if err := p.after(nil); err != nil {
		return nil, err
	}
	return p.ok(map[string]any{})
}

func (p *peers) close(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.disconnect()
	return map[string]any{}, nil
}

// disconnect lets go of all peers and connections (TST-19).
func (p *peers) disconnect() {
	for _, one := range p.connections {
		if one != nil {
			one.Close()
		}
	}
	if len(p.connections) > 0 {
		p.wires.TCP.Reset()
	}
	p.links, p.ports, p.connections = nil, nil, nil
}

func (p *peers) reset(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.disconnect()
	p.now = 0
	return map[string]any{}, nil
}

func refOf(ref peer.Ref) map[string]any {
	return map[string]any{"stream_id": ref.StreamID, "frame_seq": decimal(ref.FrameSeq)}
}

func decimal(number uint64) string { return strconv.FormatUint(number, 10) }

// eventOf gives an event as peer_poll tells it.
func eventOf(event peer.Event) map[string]any {
	switch e := event.(type) {
	case peer.Established:
		return map[string]any{
			"event": "established", "agreed_proto": e.Proto, "compress": e.Compress, "crypto": e.Crypto,
			"dtype": e.DType, "modality": e.Modality, "critique": e.Critique,
		}
	case peer.ErrorReceived:
		found := map[string]any{"event": "error_received", "code": e.Code}
		if e.Ref != nil {
			found["ref"] = refOf(*e.Ref)
		}
		return found
	case peer.ErrorSent:
		found := refOf(e.Ref)
		found["event"], found["code"] = "error_sent", e.Code
		return found
	case peer.Delivered:
		found := refOf(e.Ref)
		found["event"], found["type"], found["modality"], found["slices"] = "message", e.Type, e.Modality, testeekit.SlicesReply(slicesOf(e.Slices))
		return found
	case peer.Opened:
		return map[string]any{"event": "opened", "stream_id": e.StreamID, "sized": e.Sized}
	case peer.Incomplete:
		missing := make([]string, len(e.Missing))
		for at, seq := range e.Missing {
			missing[at] = decimal(seq)
		}
		return map[string]any{"event": "incomplete", "stream_id": e.StreamID, "missing": missing}
	case peer.Complete:
		return map[string]any{
			"event": "complete", "stream_id": e.StreamID, "frames": decimal(e.Frames), "total_len": decimal(e.TotalLen),
			"xxhash3_64": resonant.TailHashText(e.XXHash3),
		}
	case peer.Failed:
		found := map[string]any{"event": "failed", "stream_id": e.StreamID, "code": e.Code}
		if e.What != "" {
			found["what"] = e.What
		}
		return found
	case peer.Dropped:
		return map[string]any{"event": "dropped", "code": e.Code}
	}
	if ended, is := event.(peer.Ended); is {
		found := map[string]any{"event": "closed"}
		if ended.Code != "" {
			found["code"] = ended.Code
		}
		return found
	}
	return map[string]any{"event": "lost"}
}
