package peer

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"resonant"
)

// The codes with which peers answer, drop or refuse, beside those of package resonant.
const (
	UnsupportedVersion  resonant.Code = "UNSUPPORTED_VERSION"
	SpaceMismatch       resonant.Code = "SPACE_MISMATCH"
	HandshakeRequired   resonant.Code = "HANDSHAKE_REQUIRED"
	EncryptionRequired  resonant.Code = "ENCRYPTION_REQUIRED"
	UnsupportedFeature  resonant.Code = "UNSUPPORTED_FEATURE"
	UnsupportedModality resonant.Code = "UNSUPPORTED_MODALITY"
	BadMessage          resonant.Code = "BAD_MESSAGE"
	UnsupportedDType    resonant.Code = "UNSUPPORTED_DTYPE"
	StreamFlagMismatch  resonant.Code = "STREAM_FLAG_MISMATCH"
	StreamIncomplete    resonant.Code = "STREAM_INCOMPLETE"
	StreamCorrupt       resonant.Code = "STREAM_CORRUPT"
	StreamTimeout       resonant.Code = "STREAM_TIMEOUT"
	FlowControl         resonant.Code = "FLOW_CONTROL"
	StreamLimit         resonant.Code = "STREAM_LIMIT"
	StreamCancelled     resonant.Code = "STREAM_CANCELLED"
	StreamReset         resonant.Code = "STREAM_RESET"
	HandshakeTimeout    resonant.Code = "HANDSHAKE_TIMEOUT"
	CryptoRequired      resonant.Code = "CRYPTO_REQUIRED"
	StreamState         resonant.Code = "STREAM_STATE"
	Reflected           resonant.Code = "REFLECTED"
	Duplicate           resonant.Code = resonant.Duplicate
	Stale               resonant.Code = "STALE"
	Ignored             resonant.Code = "IGNORED"
	ReplyLimit          resonant.Code = "REPLY_LIMIT"
	BufferLimit         resonant.Code = "BUFFER_LIMIT"
	AfterTail           resonant.Code = "AFTER_TAIL"
	Closed              resonant.Code = "CLOSED"
	NotBinary           resonant.Code = "NOT_BINARY"
	TruncatedFrame      resonant.Code = "TRUNCATED_FRAME"
	FrameTimeout        resonant.Code = "FRAME_TIMEOUT"
	ConnectionReset     resonant.Code = "CONNECTION_RESET"
	StreamMismatch      resonant.Code = "STREAM_MISMATCH"
	StreamCreation      resonant.Code = "STREAM_CREATION"
	RepairMismatch      resonant.Code = resonant.RepairMismatch
)

// The names that lists of a handshake can hold.
const (
	Zstd              = "zstd"
	XChaCha20Poly1305 = "xchacha20poly1305"
	None              = "none"
)

// neverAgreed are names that are known and that nobody has (HSK-7).
var neverAgreed = []string{"lz4", "aes256gcm"}

// A Role is what a peer is in its connection.
type Role int

// The roles.
const (
	Client Role = iota
	Server
)

// A Salt makes the nonces of a peer. It is drawn at random, and anew for each peer.
type Salt [16]byte

// Config has a peer's own values. The lists are in order of preference.
type Config struct {
	EmbeddingSpaceID string // empty for none
	SpaceHash32      uint32 // 0 for none
	DModel           int64
	Compress         []string // Zstd, None
	Crypto           []string // XChaCha20Poly1305, None
	DType            []string // the names of resonant.DType
	Modality         []string // the names of resonant.Modality
	Critique         bool
	RequireCrypto    bool
	Key              *resonant.Key // nil for none
	Mux              *Mux          // nil for a peer that does not multiplex
	FEC              []string      // RS8, None; nil for a peer without forward error correction
	Repair           *Repairing    // nil for a peer that sends no repair
	Adaptive         *Adaptive     // nil for a peer that does not choose the form of its tensors
}

// AllFeatures is a configuration that takes whatever there is, but for crypto, which takes a key.
func AllFeatures() Config {
	return Config{
		DModel:   1,
		Compress: []string{Zstd, None},
		Crypto:   []string{None},
		DType:    []string{"f16", "i8", "q4", "sparse"},
		Modality: []string{"text", "image", "audio", "graph", "mixed"},
		Critique: true,
	}
}

const (
	maxSpaceIDChars = 1024 // HSK-10
	maxInteger      = 1<<53 - 1
)

// check says what is wrong with the values, if something is.
func (c *Config) check() error {
	if !utf8.ValidString(c.EmbeddingSpaceID) || utf8.RuneCountInString(c.EmbeddingSpaceID) > maxSpaceIDChars {
		return refusal(resonant.FieldRange, "HSK-10", "EmbeddingSpaceID is not UTF-8, or has over %d characters", maxSpaceIDChars)
	}
	if c.DModel < 1 || c.DModel > maxInteger {
		return refusal(resonant.FieldRange, "HSK-10", "DModel is %d", c.DModel)
	}
	if c.Repair != nil {
		if err := c.Repair.check(); err != nil {
			return err
		}
	}
	if c.Mux != nil {
		if err := c.Mux.check(); err != nil {
			return err
		}
	}
	if c.Adaptive != nil {
		if err := c.Adaptive.check(); err != nil {
			return err
		}
	}
	for _, list := range [][]string{c.Compress, c.Crypto, c.DType, c.Modality, c.FEC} {
		for at, name := range list {
			if !utf8.ValidString(name) || slices.Contains(list[:at], name) {
				return refusal(resonant.FieldRange, "HSK-10", "%q is not UTF-8, or stands in a list twice", name)
			}
		}
	}
	return nil
}

// canAgree says whether this peer can agree to a name at all (HSK-7).
func (c *Config) canAgree(name string) bool {
	return !slices.Contains(neverAgreed, name) && (name != XChaCha20Poly1305 || c.Key != nil)
}

// namesAnother says whether an id and a hash name another embedding space than the peer's own (HSK-12).
func (c *Config) namesAnother(spaceID string, spaceHash32 uint32) bool {
	return c.EmbeddingSpaceID != "" && spaceID != "" && c.EmbeddingSpaceID != spaceID ||
		c.SpaceHash32 != 0 && spaceHash32 != 0 && c.SpaceHash32 != spaceHash32
}

func refusal(code resonant.Code, clause, detail string, values ...any) error {
	return &resonant.Error{Code: code, Clause: clause, Detail: fmt.Sprintf(detail, values...)}
}
