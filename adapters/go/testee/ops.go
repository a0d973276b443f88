package main

import (
	"encoding/hex"
	"errors"

	"resonant"
	"testeekit"
)

var ops = map[string]testeekit.Op{
	"decode":        decode,
	"encode":        encode,
	"space_hash":    spaceHash,
	"tail_hash":     tailHash,
	"compress":      compress,
	"decompress":    decompress,
	"seal":          seal,
	"open":          open,
	"read_message":  readMessage,
	"sparse_encode": sparseEncode,
	"sparse_decode": sparseDecode,
	"quantize":      quantize,
	"dequantize":    dequantize,
}

// said makes the outcome of an op of what the package said.
func said(err error, ok map[string]any) (any, error) {
	var refusal *resonant.Error
	if errors.As(err, &refusal) {
		return nil, testeekit.Reject(string(refusal.Code), refusal.Error())
	}
	return ok, err
}

func hexOf(data []byte) string { return hex.EncodeToString(data) }

// hexOrNull gives null for what is not there.
func hexOrNull(data []byte) any {
	if data == nil {
		return nil
	}
	return hexOf(data)
}

// keyOf reads a key, nil if there is none.
func keyOf(in *testeekit.Input) *resonant.Key {
	if !in.Has("key") {
		return nil
	}
	return (*resonant.Key)(fixed(in, "key", len(resonant.Key{})))
}

// fixed reads so many bytes; zeros where Done will say that they are wrong.
func fixed(in *testeekit.Input, name string, length int) []byte {
	if data := in.BytesOf(name, length); data != nil {
		return data
	}
	return make([]byte, length)
}

func levelOf(in *testeekit.Input) int {
	if !in.Has("level") {
		return 0
	}
	return int(in.Integer("level", 1, 22))
}

func decode(in *testeekit.Input) (any, error) {
	decoder := resonant.Decoder{Key: keyOf(in)}
	data := in.Bytes("frame")
	if err := in.Done(); err != nil {
		return nil, err
	}
	var frame resonant.Frame
	err := decoder.Decode(&frame, data)
	return said(err, map[string]any{"fields": fieldsOf(&frame)})
}

func encode(in *testeekit.Input) (any, error) {
	encoder := resonant.Encoder{Key: keyOf(in), Level: levelOf(in)}
	if in.Has("nonce") {
		encoder.Nonce = (*resonant.Nonce)(fixed(in, "nonce", len(resonant.Nonce{})))
	}
	fields := in.Object("fields")
	if err := in.Done(); err != nil {
		return nil, err
	}
	frame, err := readFields(fields)
	if err != nil {
		return nil, err
	}
	data, err := encoder.Append(nil, frame)
	return said(err, map[string]any{"frame": hexOf(data)})
}

func spaceHash(in *testeekit.Input) (any, error) {
	id, arch, sig := in.Text("space_id"), in.Text("arch"), in.Text("data_sig")
	if err := in.Done(); err != nil {
		return nil, err
	}
	hash, err := resonant.SpaceHash32(id, arch, sig)
	return said(err, map[string]any{"space_hash32": hash})
}

func tailHash(in *testeekit.Input) (any, error) {
	data := in.Bytes("data")
	if err := in.Done(); err != nil {
		return nil, err
	}
	return map[string]any{"xxhash3_64": resonant.TailHashText(resonant.TailHash(data))}, nil
}

func compress(in *testeekit.Input) (any, error) {
	plain, level := in.Bytes("plain"), levelOf(in)
	if err := in.Done(); err != nil {
		return nil, err
	}
	body, err := resonant.Compress(plain, level)
	return said(err, map[string]any{"zstd": hexOf(body)})
}

func decompress(in *testeekit.Input) (any, error) {
	body := in.Bytes("zstd")
	if err := in.Done(); err != nil {
		return nil, err
	}
	plain, err := resonant.Decompress(body)
	return said(err, map[string]any{"plain": hexOf(plain)})
}

func seal(in *testeekit.Input) (any, error) {
	key, nonce := (*resonant.Key)(fixed(in, "key", 32)), (*resonant.Nonce)(fixed(in, "nonce", 24))
	associated, plain := in.Bytes("aad"), in.Bytes("plain")
	if err := in.Done(); err != nil {
		return nil, err
	}
	sealed, err := resonant.Seal(key, nonce, associated, plain)
	return said(err, map[string]any{"sealed": hexOf(sealed)})
}

func open(in *testeekit.Input) (any, error) {
	key, nonce := (*resonant.Key)(fixed(in, "key", 32)), (*resonant.Nonce)(fixed(in, "nonce", 24))
	associated, sealed := in.Bytes("aad"), in.Bytes("sealed")
	if err := in.Done(); err != nil {
		return nil, err
	}
	plain, err := resonant.Open(key, nonce, associated, sealed)
	return said(err, map[string]any{"plain": hexOf(plain)})
}

func sparseEncode(in *testeekit.Input) (any, error) {
	dims, dense := in.U32s("dims", 1, 255), in.Bytes("dense")
	if err := in.Done(); err != nil {
		return nil, err
	}
	values, index, err := resonant.SparseEncode(dims, dense)
	return said(err, map[string]any{"values": hexOf(values), "index": hexOf(index)})
}

func sparseDecode(in *testeekit.Input) (any, error) {
	dims, values := in.U32s("dims", 1, 255), in.Bytes("values")
	indexDims, index := in.U32s("index_dims", 0, 1<<24), in.Bytes("index")
	if err := in.Done(); err != nil {
		return nil, err
	}
	dense, err := resonant.SparseDecode(dims, values, indexDims, index)
	return said(err, map[string]any{"dense": hexOf(dense)})
}

var sources = map[string]resonant.Source{"f16": resonant.Float16, "f32": resonant.Float32, "bf16": resonant.BFloat16}

func quantizerOf(in *testeekit.Input) resonant.Quantizer {
	bits := in.Integer("bits", 4, 8)
	if bits != 4 {
		in.Require(bits == 8, "bits is neither 4 nor 8")
	}
	return resonant.Quantizer(bits)
}

func quantize(in *testeekit.Input) (any, error) {
	quantizer, source, data := quantizerOf(in), in.OneOf("source", "f16", "f32", "bf16"), in.Bytes("data")
	if err := in.Done(); err != nil {
		return nil, err
	}
	codes, scale, err := resonant.Quantize(quantizer, sources[source], data)
	return said(err, map[string]any{"codes": hexOf(codes), "scale": hexOf(scale)})
}

func dequantize(in *testeekit.Input) (any, error) {
	quantizer, count := quantizerOf(in), in.U32("count")
	codes, scale := in.Bytes("codes"), in.OptionalBytes("scale")
	if err := in.Done(); err != nil {
		return nil, err
	}
	data, err := resonant.Dequantize(quantizer, uint64(count), codes, scale)
	return said(err, map[string]any{"data": hexOf(data)})
}
