// The template filled in with echoes: each function gives what it was given, so that nothing can be mixed up unseen.
package main

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"

	"testee/testeekit"
)

type yours struct{ testeekit.Unsupported }

func all(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func low(numbers []uint32) []byte {
	found := []byte{}
	for _, one := range numbers {
		found = append(found, byte(one))
	}
	return found
}

func (yours) Hello() testeekit.Hello {
	return testeekit.Hello{
		Name: "echo", Version: "0.1", Profiles: []string{"frame", "zstd", "xchacha", "message", "sparse", "quant"},
	}
}

func (yours) Decode(frame, key []byte) (*testeekit.Fields, error) {
	return &testeekit.Fields{
		Type: 1, Flags: 2, StreamID: 3, FrameSeq: math.MaxUint64, SpaceHash32: 4, Modality: 5,
		Slices: []testeekit.Slice{{Dtype: 6, Dims: []uint32{7, math.MaxUint32}, Payload: all(frame, key)}, {Dtype: 8}},
	}, nil
}

func (yours) Encode(fields *testeekit.Fields, options testeekit.Options) ([]byte, error) {
	out := []byte{
		fields.Type, byte(fields.Flags), byte(fields.StreamID), byte(fields.FrameSeq), byte(fields.SpaceHash32),
		fields.Modality,
	}
	for _, one := range fields.Slices {
		out = all(out, []byte{one.Dtype}, low(one.Dims), one.Payload)
	}
	return all(out, options.Key, options.Nonce, []byte{byte(options.Level)}), nil
}

func (yours) SpaceHash(spaceID, arch, dataSig string) (uint32, error) {
	return uint32(len(spaceID)<<16 | len(arch)<<8 | len(dataSig)), nil
}

func (yours) TailHash(data []byte) (uint64, error) { return uint64(len(data)), nil }

func (yours) Compress(plain []byte, level int) ([]byte, error) {
	return all(plain, []byte{byte(level)}), nil
}

func (yours) Decompress(zstd []byte) ([]byte, error) { return all(zstd, []byte{1}), nil }

func (yours) Seal(by testeekit.Sealing, plain []byte) ([]byte, error) {
	return all(by.Key, by.Nonce, by.AAD, plain), nil
}

func (yours) Open(by testeekit.Sealing, sealed []byte) ([]byte, error) {
	return all(sealed, by.AAD, by.Nonce, by.Key), nil
}

func (yours) ReadMessage(frame, key []byte) (any, error) {
	return map[string]string{"kind": hex.EncodeToString(all(frame, key))}, nil
}

func (yours) SparseEncode(dims []uint32, dense []byte) (values, index []byte, err error) {
	return dense, low(dims), nil
}

func (yours) SparseDecode(tensor testeekit.Sparse) ([]byte, error) {
	return all(low(tensor.Dims), tensor.Values, low(tensor.IndexDims), tensor.Index), nil
}

func (yours) Quantize(bits int, source string, data []byte) (codes, scale []byte, err error) {
	return data, all([]byte{byte(bits)}, []byte(source)), nil
}

func (yours) Dequantize(bits int, count uint32, codes, scale []byte) ([]byte, error) {
	if scale != nil {
		scale = all([]byte{0xff}, scale)
	}
	return all([]byte{byte(bits), byte(count)}, codes, scale), nil
}

func (yours) Split(chunks [][]byte, ended bool) (*testeekit.Split, error) {
	end := "open"
	if ended {
		end = "clean"
	}
	return &testeekit.Split{Frames: chunks, End: end, Held: len(chunks)}, nil
}

func (yours) Join(frames [][]byte) ([]byte, error) {
	return all(frames...), nil
}

func (yours) RSEncode(k, r uint32, shards [][]byte) ([][]byte, error) {
	return append(shards, []byte{byte(k), byte(r)}), nil
}

func (yours) RSDecode(k, r uint32, shards [][]byte) ([][]byte, error) {
	for at, one := range shards {
		if one == nil {
			shards[at] = []byte{byte(k), byte(r)}
		}
	}
	return shards, nil
}

func (yours) RepairEncode(of testeekit.Repaired, frames [][]byte) ([][]byte, error) {
	return append(frames, []byte{byte(of.StreamID), byte(of.Base), byte(of.R), byte(of.Step)}), nil
}

func (yours) RepairDecode(repair, frames [][]byte) ([][]byte, error) {
	return append(repair, frames...), nil
}

func (yours) Adapt(request testeekit.Adapting) (*testeekit.Adapted, error) {
	dims, tolerance := low(request.Dims), []byte{byte(request.Tolerance)}
	switch {
	case request.Budget != nil:
		return &testeekit.Adapted{DType: "q4", Data: request.Data, Beside: append(tolerance, byte(*request.Budget))}, nil
	case len(request.Allow) == 0:
		return &testeekit.Adapted{DType: "sparse", Data: request.Data, Beside: dims}, nil
	}
	allow := []byte(strings.Join(request.Allow, ""))
	return &testeekit.Adapted{DType: "f16", Data: all(request.Data, dims, []byte(request.Source), allow, tolerance)}, nil
}
