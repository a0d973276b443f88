// Package testeekit is the shared part of testees in Go (specs/testee.md): the sockets, the datagrams, the checks of
// requests, the ops. A testee is an Implementation and calls Run with it. It needs the standard library only.
package testeekit

import "slices"

// Hello is what a testee says of its implementation (TST-12).
type Hello struct {
	Name, Version string
	Profiles      []string // those that it claims
	Transports    []string // those on which it has peers, "udp", "tcp", "quic" or "webrtc"; with handshake none means udp alone
}

func (h Hello) reply() map[string]any {
	profiles := append([]string{}, h.Profiles...)
	found := map[string]any{"name": h.Name, "version": h.Version, "language": "Go", "spec": "1.0", "profiles": profiles}
	if transports := h.transports(); len(transports) > 0 {
		found["transports"] = transports // TST-27
	}
	return found
}

// transports are those that have a wire.
func (h Hello) transports() []string {
	if len(h.Transports) == 0 && slices.Contains(h.Profiles, "handshake") {
		return []string{"udp"}
	}
	return h.Transports
}

// Split is what tcp_split found: the frames, "open", "clean" or a code, and how many bytes wait for more.
type Split struct {
	Frames [][]byte
	End    string
	Held   int
}

// Slice is one slice of a frame. Given to Encode, its values may be wrong on purpose.
type Slice struct {
	Dtype   uint8
	Dims    []uint32
	Payload []byte
}

// Fields is a frame as data. Given to Encode, its values may be wrong on purpose: a type of 7 is for the implementation
// to refuse. Bits of Flags: 1 ZSTD, 2 XCHACHA, 4 STRONG_TAIL.
type Fields struct {
	Type        uint8
	Flags       uint16
	StreamID    uint32
	FrameSeq    uint64
	SpaceHash32 uint32
	Modality    uint8
	Slices      []Slice
}

// Options is what Encode may be told besides the fields; nothing of it matters to a frame without transforms.
type Options struct {
	Key, Nonce []byte // of XCHACHA; nil where there is none
	Level      int    // of ZSTD, 1 to 22; 0 where there is none
}

// Sealing is what it takes to seal and to open.
type Sealing struct{ Key, Nonce, AAD []byte }

// Sparse is a sparse tensor, which may be wrong on purpose.
type Sparse struct {
	Dims      []uint32
	Values    []byte
	IndexDims []uint32
	Index     []byte
}

// Repaired is the group that RepairEncode is asked for; its numbers may be out of their ranges.
type Repaired struct {
	StreamID uint32
	Base     uint64
	R, Step  uint32
}

// Adapting is what Adapt is asked. Allow has dtypes as lists of the handshake name them.
type Adapting struct {
	Source    string // "f16", "f32" or "bf16"
	Data      []byte
	Dims      []uint32
	Allow     []string
	Tolerance int64
	Budget    *int64
}

// Adapted is a tensor of the dtype that was chosen, and its payloads: Data is the elements, the codes or the values, and
// Beside the scales or the index; nil with "f16".
type Adapted struct {
	DType        string
	Data, Beside []byte
}

// Implementation is an implementation as a testee calls it. An error is a refusal of the input: a Refusal with its code,
// or any other error where the implementation names no code. A panic ends the process, and the run says so.
type Implementation interface {
	Hello() Hello

	// The profile frame. A key is nil where there is none.

	Decode(frame, key []byte) (*Fields, error)
	Encode(fields *Fields, options Options) ([]byte, error)
	SpaceHash(spaceID, arch, dataSig string) (uint32, error)
	TailHash(data []byte) (uint64, error)

	// zstd and xchacha. A level is 0 where there is none.

	Compress(plain []byte, level int) ([]byte, error)
	Decompress(zstd []byte) ([]byte, error)
	Seal(by Sealing, plain []byte) ([]byte, error)
	Open(by Sealing, sealed []byte) ([]byte, error)

	// ReadMessage, of message, gives what $defs/message of specs/ops/read_message.json describes.

	ReadMessage(frame, key []byte) (any, error)

	// sparse and quant. A scale is nil where there is none.

	SparseEncode(dims []uint32, dense []byte) (values, index []byte, err error)
	SparseDecode(tensor Sparse) (dense []byte, err error)
	Quantize(bits int, source string, data []byte) (codes, scale []byte, err error)
	Dequantize(bits int, count uint32, codes, scale []byte) (data []byte, err error)

	// rs. k and r are whatever the request has; a missing shard is nil. RSDecode gives all shards.

	RSEncode(k, r uint32, shards [][]byte) (parity [][]byte, err error)
	RSDecode(k, r uint32, shards [][]byte) (all [][]byte, err error)

	// fec. RepairDecode is given at least one repair datagram.

	RepairEncode(of Repaired, frames [][]byte) (repair [][]byte, err error)
	RepairDecode(repair, frames [][]byte) (missing [][]byte, err error)

	// adapt. The tolerance and the budget, nil where there is none, may be out of their ranges.

	Adapt(request Adapting) (*Adapted, error)

	// tcp. Split is given bytes in the chunks in which they come.

	Split(chunks [][]byte, ended bool) (*Split, error)
	Join(frames [][]byte) (data []byte, err error)
}

// Unsupported has every function of Implementation but Hello, each with the answer unsupported. Embed it, and write
// those that your implementation has.
type Unsupported struct{}

// Decode is not there.
func (Unsupported) Decode(_, _ []byte) (*Fields, error) { return nil, UnsupportedError("decode") }

// Encode is not there.
func (Unsupported) Encode(*Fields, Options) ([]byte, error) { return nil, UnsupportedError("encode") }

// SpaceHash is not there.
func (Unsupported) SpaceHash(_, _, _ string) (uint32, error) {
	return 0, UnsupportedError("space_hash")
}

// TailHash is not there.
func (Unsupported) TailHash([]byte) (uint64, error) { return 0, UnsupportedError("tail_hash") }

// Compress is not there.
func (Unsupported) Compress([]byte, int) ([]byte, error) { return nil, UnsupportedError("compress") }

// Decompress is not there.
func (Unsupported) Decompress([]byte) ([]byte, error) { return nil, UnsupportedError("decompress") }

// Seal is not there.
func (Unsupported) Seal(Sealing, []byte) ([]byte, error) { return nil, UnsupportedError("seal") }

// Open is not there.
func (Unsupported) Open(Sealing, []byte) ([]byte, error) { return nil, UnsupportedError("open") }

// ReadMessage is not there.
func (Unsupported) ReadMessage(_, _ []byte) (any, error) {
	return nil, UnsupportedError("read_message")
}

// SparseEncode is not there.
func (Unsupported) SparseEncode([]uint32, []byte) (values, index []byte, err error) {
	return nil, nil, UnsupportedError("sparse_encode")
}

// SparseDecode is not there.
func (Unsupported) SparseDecode(Sparse) ([]byte, error) {
	return nil, UnsupportedError("sparse_decode")
}

// Quantize is not there.
func (Unsupported) Quantize(int, string, []byte) (codes, scale []byte, err error) {
	return nil, nil, UnsupportedError("quantize")
}

// Dequantize is not there.
func (Unsupported) Dequantize(int, uint32, []byte, []byte) ([]byte, error) {
	return nil, UnsupportedError("dequantize")
}

// RSEncode is not there.
func (Unsupported) RSEncode(_, _ uint32, _ [][]byte) ([][]byte, error) {
	return nil, UnsupportedError("rs_encode")
}

// RSDecode is not there.
func (Unsupported) RSDecode(_, _ uint32, _ [][]byte) ([][]byte, error) {
	return nil, UnsupportedError("rs_decode")
}

// RepairEncode is not there.
func (Unsupported) RepairEncode(Repaired, [][]byte) ([][]byte, error) {
	return nil, UnsupportedError("repair_encode")
}

// RepairDecode is not there.
func (Unsupported) RepairDecode(_, _ [][]byte) ([][]byte, error) {
	return nil, UnsupportedError("repair_decode")
}

// Adapt is not there.
func (Unsupported) Adapt(Adapting) (*Adapted, error) { return nil, UnsupportedError("adapt") }

// Split is not there.
func (Unsupported) Split([][]byte, bool) (*Split, error) { return nil, UnsupportedError("tcp_split") }

// Join is not there.
func (Unsupported) Join([][]byte) ([]byte, error) { return nil, UnsupportedError("tcp_join") }
