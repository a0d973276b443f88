package main

import (
	"strconv"

	"resonant"
	"testeekit"
)

func fieldsOf(f *resonant.Frame) map[string]any {
	return map[string]any{
		"type": f.Type, "flags": f.Flags, "stream_id": f.StreamID, "frame_seq": strconv.FormatUint(f.FrameSeq, 10),
		"space_hash32": f.SpaceHash32, "modality": f.Modality, "slices": slicesOf(f.Slices),
	}
}

func slicesOf(slices []resonant.Slice) []map[string]any {
	found := make([]map[string]any, len(slices))
	for at, one := range slices {
		found[at] = map[string]any{"dtype": one.DType, "dims": one.Dims, "payload": hexOf(one.Payload)}
	}
	return found
}

func readFields(in *testeekit.Input) (*resonant.Frame, error) {
	frame := &resonant.Frame{
		Type:        resonant.Type(in.Integer("type", 0, 255)),
		Flags:       resonant.Flags(in.Integer("flags", 0, 65535)),
		StreamID:    in.U32("stream_id"),
		FrameSeq:    in.U64("frame_seq"),
		SpaceHash32: in.U32("space_hash32"),
		Modality:    resonant.Modality(in.Integer("modality", 0, 255)),
		Slices:      readSlices(in),
	}
	return frame, in.Done()
}

func readSlices(in *testeekit.Input) []resonant.Slice {
	var found []resonant.Slice
	in.Objects("slices", func(one *testeekit.Input) error {
		found = append(found, resonant.Slice{
			DType:   resonant.DType(one.Integer("dtype", 0, 255)),
			Dims:    one.U32s("dims", 0, 1<<24),
			Payload: one.Bytes("payload"),
		})
		return one.Done()
	})
	return found
}

func readMessage(in *testeekit.Input) (any, error) {
	decoder := resonant.Decoder{Key: keyOf(in)}
	data := in.Bytes("frame")
	if err := in.Done(); err != nil {
		return nil, err
	}
	var frame resonant.Frame
	if err := decoder.Decode(&frame, data); err != nil {
		return said(err, nil)
	}
	message, err := resonant.ReadMessage(&frame)
	if err != nil {
		return said(err, nil)
	}
	return map[string]any{"message": messageOf(message)}, nil
}

func messageOf(message resonant.Message) map[string]any {
	switch m := message.(type) {
	case resonant.Think:
		return map[string]any{"kind": "think", "hidden": tensorOf(&m.Hidden)}
	case resonant.Cache:
		return map[string]any{"kind": "cache", "keys": tensorOf(&m.Keys), "values": tensorOf(&m.Values)}
	case resonant.Ask:
		return map[string]any{"kind": "ask", "query": tensorOf(&m.Query), "context": tensorOf(m.Context)}
	case resonant.Sync:
		return map[string]any{"kind": "sync", "json": m.JSON}
	case resonant.Critique:
		return map[string]any{
			"kind": "critique", "divergence": tensorOf(&m.Divergence), "mask": hexOrNull(m.Mask), "explanation": m.Explanation,
		}
	}
	return map[string]any{"kind": "heart"}
}

func tensorOf(t *resonant.Tensor) map[string]any {
	if t == nil {
		return nil
	}
	return map[string]any{
		"dtype": t.DType, "dims": t.Dims, "payload": hexOf(t.Payload), "scale": hexOrNull(t.Scale), "index": hexOrNull(t.Index),
	}
}
