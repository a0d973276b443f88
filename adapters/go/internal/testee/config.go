package testee

import (
	"crypto/rand"

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
	within(in, "mux", func(mux *testeekit.Input) {
		config.Mux = &peer.Mux{
			Streams: int(mux.Integer("streams", 1, peer.MaxMuxStreams)),
			Frames:  int(mux.Integer("frames", peer.MinMuxFrames, peer.MaxMuxFrames)),
		}
	})
	if in.Has("fec") {
		config.FEC = in.Texts("fec")
	}
	within(in, "repair", func(repair *testeekit.Input) {
		config.Repair = &peer.Repairing{
			K: int(repair.Integer("k", 1, 128)), R: int(repair.Integer("r", 1, 32)), Step: int(repair.Integer("step", 1, 16)),
		}
	})
	within(in, "adaptive", func(adaptive *testeekit.Input) {
		config.Adaptive = &peer.Adaptive{
			Tolerance: adaptive.Integer("tolerance", 0, resonant.MaxTolerance),
			Keys:      optionalTolerance(adaptive, "keys"),
			Values:    optionalTolerance(adaptive, "values"),
		}
		if adaptive.Has("controller") {
			config.Adaptive.Controller = adaptive.Bool("controller")
		}
	})
	salt := in.BytesOf("salt", len(peer.Salt{}))
	if err := in.Done(); err != nil {
		return config, peer.Salt{}, err
	}
	return config, peer.Salt(salt), nil
}

// within reads a member that is an object, if it is there.
func within(in *testeekit.Input, name string, read func(*testeekit.Input)) {
	if !in.Has(name) {
		return
	}
	object := in.Object(name)
	read(object)
	if err := object.Done(); err != nil {
		in.Require(false, err.Error())
	}
}

func optionalTolerance(in *testeekit.Input, name string) *int64 {
	if !in.Has(name) {
		return nil
	}
	tolerance := in.Integer(name, 0, resonant.MaxTolerance)
	return &tolerance
}
