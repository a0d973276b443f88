package testee

import (
	"crypto/rand"
	"strconv"
	"time"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

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
	if in.Has("mux") {
		mux := in.Object("mux")
		config.Mux = &peer.Mux{
			Streams: int(mux.Integer("streams", 1, peer.MaxMuxStreams)),
			Frames:  int(mux.Integer("frames", peer.MinMuxFrames, peer.MaxMuxFrames)),
		}
		if err := mux.Done(); err != nil {
			in.Require(false, err.Error())
		}
	}
	if in.Has("fec") {
		config.FEC = in.Texts("fec")
	}
	if in.Has("repair") {
		repair := in.Object("repair")
		config.Repair = &peer.Repairing{
			K: int(repair.Integer("k", 1, 128)), R: int(repair.Integer("r", 1, 32)), Step: int(repair.Integer("step", 1, 16)),
		}
		if err := repair.Done(); err != nil {
			in.Require(false, err.Error())
		}
	}
	salt := in.BytesOf("salt", len(peer.Salt{}))
	if err := in.Done(); err != nil {
		return config, peer.Salt{}, err
	}
	return config, peer.Salt(salt), nil
}

// request is what a peer is asked for; to is empty if it does not say which.
type request struct {
	to  string
	ask func(*peer.Peer) error
}

func readRequest(in *testeekit.Input, now time.Duration) (request, error) {
	kind, streamID := in.OneOf("kind", "message", "ping", "head", "tail", "heart", "hold", "resume", "cancel", "reset", "cork", "uncork"), uint32(0)
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
