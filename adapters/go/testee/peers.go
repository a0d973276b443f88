package main

import (
	"crypto/rand"
	"errors"
	"strconv"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

// peers are the testee's own, on its wire socket; nil while none are open.
type peers struct {
	wire  *testeekit.Wire
	links *peer.Links[uint16]
	now   time.Duration
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

// before handles what waits on the wire socket (TST-15).
func (p *peers) before() error {
	err := p.wire.Receive(func(datagram []byte, port uint16) {
		if p.links != nil {
			p.links.Receive(port, datagram, p.now)
		}
	})
	return p.after(err)
}

// after sends what the peers want to send (TST-17), and makes an answer of what they said.
func (p *peers) after(err error) error {
	if p.links != nil {
		for port, datagram := range p.links.Datagrams() {
			err = errors.Join(err, p.wire.Send(datagram, port))
		}
	}
	return said(err)
}

func (p *peers) open(in *testeekit.Input) (any, error) {
	role := in.OneOf("role", "server", "client")
	config, salt, err := readConfig(in.Object("config"))
	var remote uint16
	var streamID uint32
	if role == "client" {
		remote, streamID = uint16(in.Integer("remote", 1, 65535)), in.U32("stream_id")
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
	links, err := peer.NewLinks[uint16](kind, config, salts(salt), peer.DefaultLinks)
	if err != nil {
		return nil, said(err)
	}
	p.links = links
	if kind == peer.Client {
		err = links.Do(remote, p.now, func(one *peer.Peer) error { return one.Ping(streamID, p.now) })
	}
	return map[string]any{}, p.after(err)
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
	request, err := readRequest(in, p.now)
	if err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	to, only := p.links.Only()
	if request.to != 0 {
		to, only = request.to, p.links.Has(request.to)
	}
	if !only {
		return nil, testeekit.BadRequest("no peer, or more than one, is meant")
	}
	err = p.links.Do(to, p.now, request.ask)
	return map[string]any{}, p.after(err)
}

// request is what a peer is asked for; to is 0 if it does not say which.
type request struct {
	to  uint16
	ask func(*peer.Peer) error
}

func readRequest(in *testeekit.Input, now time.Duration) (request, error) {
	kind, streamID := in.OneOf("kind", "message", "ping", "head", "tail", "heart"), in.U32("stream_id")
	var found request
	if in.Has("to") {
		found.to = uint16(in.Integer("to", 1, 65535))
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
	if err := in.Done(); err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	found := []map[string]any{}
	for port, event := range p.links.Events() {
		members := eventOf(event)
		members["peer"] = port
		found = append(found, members)
	}
	return map[string]any{"events": found}, nil
}

func (p *peers) advance(in *testeekit.Input) (any, error) {
	ms := in.Integer("ms", 0, 86_400_000)
	if err := in.Done(); err != nil {
		return nil, err
	}
	if p.links == nil {
		return nil, errNone
	}
	p.now += time.Duration(ms) * time.Millisecond
	p.links.Advance(p.now)
	return map[string]any{}, p.after(nil)
}

func (p *peers) close(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.links = nil
	return map[string]any{}, nil
}

func (p *peers) reset(in *testeekit.Input) (any, error) {
	if err := in.Done(); err != nil {
		return nil, err
	}
	p.links, p.now = nil, 0
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
	return map[string]any{"event": "lost"}
}
