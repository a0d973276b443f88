package testeekit

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"slices"
)

// An Op performs one kind of request. Its result becomes JSON by the package json. Its error is a Refusal, an
// UnsupportedError, a BadRequest such as Input gives, or any other, which is a refusal without a code.
type Op func(in *Input) (any, error)

// Ops is the table of ops over an implementation, but for those on peers.
func Ops(yours Implementation) map[string]Op {
	o := ops{yours, yours.Hello().Profiles}
	return map[string]Op{
		"decode":        o.decode,
		"encode":        o.encode,
		"space_hash":    o.spaceHash,
		"tail_hash":     o.tailHash,
		"compress":      o.compress,
		"decompress":    o.decompress,
		"seal":          o.seal,
		"open":          o.open,
		"read_message":  o.readMessage,
		"sparse_encode": o.sparseEncode,
		"sparse_decode": o.sparseDecode,
		"quantize":      o.quantize,
		"dequantize":    o.dequantize,
		"rs_encode":     o.rsEncode,
		"rs_decode":     o.rsDecode,
		"repair_encode": o.repairEncode,
		"repair_decode": o.repairDecode,
		"adapt":         o.adapt,
		"tcp_split":     o.split,
		"tcp_join":      o.join,
	}
}

type ops struct {
	yours   Implementation
	claimed []string
}

// result has one or two members; bytes among them become hexadecimal.
func result(ok map[string]any, err error) (any, error) {
	for name, value := range ok {
		if data, is := value.([]byte); is {
			ok[name] = hex.EncodeToString(data)
		}
	}
	return ok, err
}

func (o ops) decode(in *Input) (any, error) {
	frame, key := in.Bytes("frame"), in.OptionalBytesOf("key", 32)
	if err := in.Done(); err != nil {
		return nil, err
	}
	fields, err := o.decoded(frame, key)
	if err != nil {
		return nil, err
	}
	return map[string]any{"fields": fields.reply()}, nil
}

func (o ops) encode(in *Input) (any, error) {
	options := Options{in.OptionalBytesOf("key", 32), in.OptionalBytesOf("nonce", 24), in.level()}
	given := in.Object("fields")
	if err := in.Done(); err != nil {
		return nil, err
	}
	fields := given.fields()
	if err := given.Done(); err != nil {
		return nil, err
	}
	if err := needClaimed(fields.Flags, o.claimed); err != nil {
		return nil, err
	}
	frame, err := o.yours.Encode(fields, options)
	return result(map[string]any{"frame": frame}, err)
}

func (o ops) spaceHash(in *Input) (any, error) {
	spaceID, arch, dataSig := in.Text("space_id"), in.Text("arch"), in.Text("data_sig")
	if err := in.Done(); err != nil {
		return nil, err
	}
	hash, err := o.yours.SpaceHash(spaceID, arch, dataSig)
	return result(map[string]any{"space_hash32": hash}, err)
}

func (o ops) tailHash(in *Input) (any, error) {
	data := in.Bytes("data")
	if err := in.Done(); err != nil {
		return nil, err
	}
	hash, err := o.yours.TailHash(data)
	return result(map[string]any{"xxhash3_64": binary.BigEndian.AppendUint64(nil, hash)}, err) // FRM-38
}

func (o ops) compress(in *Input) (any, error) {
	plain, level := in.Bytes("plain"), in.level()
	if err := in.Done(); err != nil {
		return nil, err
	}
	zstd, err := o.yours.Compress(plain, level)
	return result(map[string]any{"zstd": zstd}, err)
}

func (o ops) decompress(in *Input) (any, error) {
	zstd := in.Bytes("zstd")
	if err := in.Done(); err != nil {
		return nil, err
	}
	plain, err := o.yours.Decompress(zstd)
	return result(map[string]any{"plain": plain}, err)
}

func (o ops) seal(in *Input) (any, error) {
	by, plain := in.sealing(), in.Bytes("plain")
	if err := in.Done(); err != nil {
		return nil, err
	}
	sealed, err := o.yours.Seal(by, plain)
	return result(map[string]any{"sealed": sealed}, err)
}

func (o ops) open(in *Input) (any, error) {
	by, sealed := in.sealing(), in.Bytes("sealed")
	if err := in.Done(); err != nil {
		return nil, err
	}
	plain, err := o.yours.Open(by, sealed)
	return result(map[string]any{"plain": plain}, err)
}

func (o ops) readMessage(in *Input) (any, error) {
	frame, key := in.Bytes("frame"), in.OptionalBytesOf("key", 32)
	if err := in.Done(); err != nil {
		return nil, err
	}
	message, err := o.yours.ReadMessage(frame, key)
	return result(map[string]any{"message": message}, err)
}

func (o ops) split(in *Input) (any, error) {
	chunks, ended := in.manyBytes("chunks"), in.Bool("ended")
	if err := in.Done(); err != nil {
		return nil, err
	}
	found, err := o.yours.Split(chunks, ended)
	if err != nil {
		return nil, err
	}
	return map[string]any{"frames": texts(found.Frames), "end": found.End, "held": found.Held}, nil
}

func (o ops) join(in *Input) (any, error) {
	frames := in.manyBytes("frames")
	if err := in.Done(); err != nil {
		return nil, err
	}
	data, err := o.yours.Join(frames)
	return result(map[string]any{"bytes": data}, err)
}

func texts(many [][]byte) []string {
	found := make([]string, len(many))
	for at, data := range many {
		found[at] = hex.EncodeToString(data)
	}
	return found
}

// earlier are the codes of checks that come before the transforms (FRM-29).
var earlier = []string{
	"FRAME_TOO_SHORT", "FRAME_TOO_LARGE", "BAD_VERSION", "CRC_MISMATCH",
	"BAD_TYPE", "BAD_SLICE_TABLE", "BAD_MODALITY",
}

func (o ops) decoded(frame, key []byte) (*Fields, error) {
	fields, err := o.yours.Decode(frame, key)
	if err == nil {
		return fields, needClaimed(fields.Flags, o.claimed)
	}
	var unsupported UnsupportedError
	var refusal Refusal
	isEarlier := errors.As(err, &refusal) && slices.Contains(earlier, string(refusal))
	if errors.As(err, &unsupported) || isEarlier || !isWhole(frame) {
		return nil, err
	}
	if unclaimed := needClaimed(binary.LittleEndian.Uint16(frame[2:]), o.claimed); unclaimed != nil {
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
