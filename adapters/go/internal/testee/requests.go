package testee

import (
	"strconv"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

// request is what a peer is asked for; to is empty if it does not say which.
type request struct {
	to  string
	ask func(*peer.Peer) error
}

func readRequest(in *testeekit.Input, now time.Duration) (request, error) {
	kind, streamID := in.OneOf("kind", "message", "adaptive", "quality", "ping", "head", "tail", "heart", "hold", "resume", "cancel", "reset", "cork", "uncork"), uint32(0)
	var found request
	if kind != "cork" && kind != "uncork" {
		streamID = in.U32("stream_id")
	}
	if in.Has("link") {
		found.to = in.Link("link")
	}
	switch kind {
	case "message":
		of, modality := resonant.Type(in.Integer("type", 0, 4)), resonant.Modality(in.Integer("modality", 0, 4))
		in.Require(of != resonant.SyncType, "type is that of a Sync frame")
		slices := givenSlices(in.Slices("slices"))
		found.ask = func(one *peer.Peer) error { return one.Send(streamID, of, modality, slices, now) }
	case "adaptive":
		message := readAdaptive(in)
		found.ask = func(one *peer.Peer) error { return one.SendAdaptive(streamID, message, now) }
	case "quality":
		tolerance := in.Integer("tolerance", -maxInteger, maxInteger)
		found.ask = func(one *peer.Peer) error { return one.Quality(streamID, tolerance, now) }
	case "ping":
		found.ask = func(one *peer.Peer) error { return one.Ping(streamID, now) }
	case "head":
		strong, sizes := in.Bool("strong_tail"), readSizes(in)
		var urgency *int
		if in.Has("urgency") {
			given := int(in.Integer("urgency", 0, 7))
			urgency = &given
		}
		found.ask = func(one *peer.Peer) error { return one.OpenUrgent(streamID, strong, sizes, urgency, now) }
	case "tail":
		found.ask = func(one *peer.Peer) error { return one.Close(streamID, now) }
	case "heart":
		found.ask = func(one *peer.Peer) error { return one.Heart(streamID, now) }
	case "reset":
		code := in.Text("code")
		found.ask = func(one *peer.Peer) error { return one.Reset(streamID, code, now) }
	default:
		found.ask = func(one *peer.Peer) error { return askMux(one, kind, streamID, now) }
	}
	return found, in.Done()
}

// askMux asks for what takes no more than a stream_id.
func askMux(one *peer.Peer, kind string, streamID uint32, now time.Duration) error {
	switch kind {
	case "hold":
		return one.Hold(streamID, now)
	case "resume":
		return one.Resume(streamID, now)
	case "cancel":
		return one.Cancel(streamID, now)
	case "cork":
		one.Cork(now)
	default:
		one.Uncork(now)
	}
	return nil
}

const maxInteger = 1<<53 - 1

func readAdaptive(in *testeekit.Input) peer.AdaptiveMessage {
	message := peer.AdaptiveMessage{Type: resonant.Type(in.Integer("type", 0, 4)), Modality: resonant.Modality(in.Integer("modality", 0, 4))}
	in.Require(message.Type != resonant.SyncType, "type is that of a Sync frame")
	in.Objects("tensors", func(one *testeekit.Input) error {
		source := sources[one.OneOf("source", "f16", "f32", "bf16")]
		message.Tensors = append(message.Tensors, peer.Numbers{Source: source, Dims: one.U32s("dims", 1, 255), Data: one.Bytes("data")})
		return one.Done()
	})
	if in.Has("slices") {
		message.Slices = givenSlices(in.Slices("slices"))
	}
	return message
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
