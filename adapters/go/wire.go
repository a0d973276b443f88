package resonant

import "strconv"

// Limits of frames, in bytes.
const (
	MinFrameBytes    = 33     // FRM-25
	MaxFrameBytes    = 65_536 // FRM-26
	MaxPlainBytes    = 65_536 // FRM-27
	MaxDatagramBytes = 65_507 // FRM-28
	MaxRank          = 255    // FRM-15
)

const (
	version     = 1
	tableAt     = 24
	crcBytes    = 4
	minSliceLen = 6 // dtype, rank and one dim, which FRM-27 counts with the 4 of the table as 10
)

// A Type says what the slices of a frame are.
type Type uint8

// The types of frames.
const (
	ThinkType    Type = 0
	CacheType    Type = 1
	AskType      Type = 2
	SyncType     Type = 3
	CritiqueType Type = 4
)

// String is the name of the type.
func (t Type) String() string { return name(uint8(t), "Think", "Cache", "Ask", "Sync", "Critique") }

// Flags are the bits of the header that say how the body is written.
type Flags uint16

// The flags.
const (
	ZSTD        Flags = 1 << 0 // the body is compressed
	XCHACHA     Flags = 1 << 1 // the body is sealed
	StrongTail  Flags = 1 << 2 // the stream has a strong hash at its end
	reservedAll Flags = 0xfff8
)

// A Modality is a kind of content.
type Modality uint8

// The modalities.
const (
	Text  Modality = 0
	Image Modality = 1
	Audio Modality = 2
	Graph Modality = 3
	Mixed Modality = 4
)

// String is the name of the modality in the lists of a handshake.
func (m Modality) String() string { return name(uint8(m), "text", "image", "audio", "graph", "mixed") }

// A DType is the form of the elements of a slice.
type DType uint8

// The dtypes.
const (
	F16       DType = 0x01
	I8        DType = 0x02
	Q4        DType = 0x03
	SparseCOO DType = 0x10
)

// String is the name of the dtype in the lists of a handshake.
func (d DType) String() string {
	if d == SparseCOO {
		return "sparse"
	}
	if d == 0 {
		return name(0)
	}
	return name(uint8(d)-1, "f16", "i8", "q4")
}

func name(value uint8, names ...string) string {
	if int(value) < len(names) {
		return names[value]
	}
	return "unknown " + strconv.Itoa(int(value))
}

// A Key seals and opens frames.
type Key [32]byte

// A Nonce must be used for one frame only under a key.
type Nonce [24]byte
