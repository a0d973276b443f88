// The ops over an implementation: requests are checked, hexadecimal becomes bytes, and back.

package testeekit

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

const rejected = "REJECTED"

// untold are the codes of who cannot undo a transform, or does not say why.
var untold = []string{rejected, "BAD_COMPRESSION", "KEY_REQUIRED", "DECRYPT_FAILED"}

// op makes an op of the members of its input, what reads them, and the call behind it. The result is one or two
// members; bytes among them become hexadecimal.
func op[I any](needed, optional []string, read func(*object) I, call func(I) (map[string]any, error)) Op {
	return func(input []byte) (any, error) {
		given, err := members(input, needed, optional...)
		if err != nil {
			return nil, err
		}
		read := read(given)
		if given.err != nil {
			return nil, given.err
		}
		ok, err := call(read)
		for name, value := range ok {
			if data, is := value.([]byte); is {
				ok[name] = hex.EncodeToString(data)
			}
		}
		return ok, err
	}
}

func tableOf(yours Implementation, further map[string]Op) table {
	ops := map[string]Op{}
	frameOps(ops, yours)
	transformOps(ops, yours)
	tensorOps(ops, yours)
	for name, one := range further {
		ops[name] = one
	}
	return table{yours.Hello(), ops}
}

type framed struct{ frame, key []byte }

func frameAndKey(o *object) framed { return framed{o.data("frame"), o.fixed("key", 32)} }

func frameOps(ops map[string]Op, yours Implementation) {
	claimed := yours.Hello().Profiles
	ops["decode"] = op(names("frame"), names("key"), frameAndKey, func(given framed) (map[string]any, error) {
		fields, err := decode(yours, claimed, given)
		if err != nil {
			return nil, err
		}
		return map[string]any{"fields": fields.reply()}, nil
	})
	type encoding struct {
		fields  *Fields
		options Options
	}
	ops["encode"] = op(names("fields"), names("key", "nonce", "level"), func(o *object) encoding {
		return encoding{o.fields("fields"), Options{o.fixed("key", 32), o.fixed("nonce", 24), o.level()}}
	}, func(given encoding) (map[string]any, error) {
		if err := needClaimed(given.fields.Flags, claimed); err != nil {
			return nil, err
		}
		frame, err := yours.Encode(given.fields, given.options)
		return map[string]any{"frame": frame}, err
	})
	ops["space_hash"] = op(names("space_id", "arch", "data_sig"), nil, func(o *object) [3]string {
		return [3]string{o.text("space_id"), o.text("arch"), o.text("data_sig")}
	}, func(parts [3]string) (map[string]any, error) {
		hash, err := yours.SpaceHash(parts[0], parts[1], parts[2])
		return map[string]any{"space_hash32": hash}, err
	})
	ops["tail_hash"] = op(names("data"), nil, func(o *object) []byte { return o.data("data") },
		func(data []byte) (map[string]any, error) {
			hash, err := yours.TailHash(data)
			return map[string]any{"xxhash3_64": fmt.Sprintf("%016x", hash)}, err // FRM-38
		})
	ops["read_message"] = op(names("frame"), names("key"), frameAndKey, func(given framed) (map[string]any, error) {
		message, err := yours.ReadMessage(given.frame, given.key)
		return map[string]any{"message": message}, err
	})
}

func transformOps(ops map[string]Op, yours Implementation) {
	type compressing struct {
		plain []byte
		level int
	}
	ops["compress"] = op(names("plain"), names("level"), func(o *object) compressing {
		return compressing{o.data("plain"), o.level()}
	}, func(given compressing) (map[string]any, error) {
		zstd, err := yours.Compress(given.plain, given.level)
		return map[string]any{"zstd": zstd}, err
	})
	ops["decompress"] = op(names("zstd"), nil, func(o *object) []byte { return o.data("zstd") },
		func(zstd []byte) (map[string]any, error) {
			plain, err := yours.Decompress(zstd)
			return map[string]any{"plain": plain}, err
		})
	type sealing struct {
		by   Sealing
		data []byte
	}
	sealed := func(name string) func(*object) sealing {
		return func(o *object) sealing {
			return sealing{Sealing{o.fixed("key", 32), o.fixed("nonce", 24), o.data("aad")}, o.data(name)}
		}
	}
	ops["seal"] = op(names("key", "nonce", "aad", "plain"), nil, sealed("plain"),
		func(given sealing) (map[string]any, error) {
			found, err := yours.Seal(given.by, given.data)
			return map[string]any{"sealed": found}, err
		})
	ops["open"] = op(names("key", "nonce", "aad", "sealed"), nil, sealed("sealed"),
		func(given sealing) (map[string]any, error) {
			plain, err := yours.Open(given.by, given.data)
			return map[string]any{"plain": plain}, err
		})
}

func tensorOps(ops map[string]Op, yours Implementation) {
	type dense struct {
		dims []uint32
		data []byte
	}
	ops["sparse_encode"] = op(names("dims", "dense"), nil, func(o *object) dense {
		return dense{o.integers("dims", 1, 255), o.data("dense")}
	}, func(given dense) (map[string]any, error) {
		values, index, err := yours.SparseEncode(given.dims, given.data)
		return map[string]any{"values": values, "index": index}, err
	})
	ops["sparse_decode"] = op(names("dims", "values", "index_dims", "index"), nil, func(o *object) Sparse {
		return Sparse{o.integers("dims", 1, 255), o.data("values"), o.integers("index_dims", 0, 1<<24), o.data("index")}
	}, func(given Sparse) (map[string]any, error) {
		found, err := yours.SparseDecode(given)
		return map[string]any{"dense": found}, err
	})
	type plain struct {
		bits   int
		source string
		data   []byte
	}
	ops["quantize"] = op(names("bits", "source", "data"), nil, func(o *object) plain {
		source := o.text("source")
		if !slices.Contains([]string{"f16", "f32", "bf16"}, source) {
			o.complain("source", "f16, f32 or bf16")
		}
		return plain{o.bits(), source, o.data("data")}
	}, func(given plain) (map[string]any, error) {
		codes, scale, err := yours.Quantize(given.bits, given.source, given.data)
		return map[string]any{"codes": codes, "scale": scale}, err
	})
	type coded struct {
		bits         int
		count        uint32
		codes, scale []byte
	}
	ops["dequantize"] = op(names("bits", "count", "codes"), names("scale"), func(o *object) coded {
		found := coded{bits: o.bits(), count: o.u32("count"), codes: o.data("codes")}
		if o.has("scale") {
			found.scale = o.data("scale")
		}
		return found
	}, func(given coded) (map[string]any, error) {
		data, err := yours.Dequantize(given.bits, given.count, given.codes, given.scale)
		return map[string]any{"data": data}, err
	})
}

func (o *object) bits() int {
	bits := o.u8("bits")
	if bits != 4 && bits != 8 {
		o.complain("bits", "4 or 8")
	}
	return int(bits)
}

func decode(yours Implementation, claimed []string, given framed) (*Fields, error) {
	fields, err := yours.Decode(given.frame, given.key)
	if err == nil {
		return fields, needClaimed(fields.Flags, claimed)
	}
	var unsupported UnsupportedError
	var refusal Refusal
	named := errors.As(err, &refusal)
	if errors.As(err, &unsupported) || (named && !slices.Contains(untold, string(refusal))) || !isWhole(given.frame) {
		return nil, err
	}
	if unclaimed := needClaimed(binary.LittleEndian.Uint16(given.frame[2:]), claimed); unclaimed != nil {
		return nil, unclaimed
	}
	return nil, err
}

// needClaimed refuses a frame whose transforms are of profiles that are not claimed (TST-10).
func needClaimed(flags uint16, claimed []string) error {
	for at, profile := range []string{"zstd", "xchacha"} {
		if flags>>at&1 == 1 && !slices.Contains(claimed, profile) {
			return UnsupportedError(profile)
		}
	}
	return nil
}

// isWhole says whether nothing is wrong with a frame before its transforms, as far as its header and its CRC tell.
func isWhole(frame []byte) bool {
	if len(frame) < 33 || frame[0] != 1 || binary.LittleEndian.Uint16(frame[2:])&^7 != 0 {
		return false
	}
	covered := len(frame) - 4
	return crc32.ChecksumIEEE(frame[:covered]) == binary.LittleEndian.Uint32(frame[covered:])
}
