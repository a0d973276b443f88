package peer

import (
	"strconv"
	"unicode/utf8"

	"resonant"
)

// members reads those of a Sync object. One that is missing or of another type makes it malformed (HSK-10).
type members struct {
	object    resonant.Object
	malformed bool
}

func member[T any](m *members, name string, required bool) (value T, there bool) {
	found, there := m.object[name]
	if !there {
		m.malformed = m.malformed || required
		return value, false
	}
	value, ok := found.(T)
	m.malformed = m.malformed || !ok
	return value, ok
}

func (m *members) u32(name string, required bool) uint32 {
	value, _ := member[int64](m, name, required)
	if value < 0 || value > 1<<32-1 {
		m.malformed = true
	}
	return uint32(value)
}

// u64 reads a decimal string.
func (m *members) u64(name string) uint64 {
	text, _ := member[string](m, name, true)
	value, ok := readDecimal(text)
	m.malformed = m.malformed || !ok
	return value
}

func readDecimal(text string) (uint64, bool) {
	value, err := strconv.ParseUint(text, 10, 64)
	return value, err == nil && strconv.FormatUint(value, 10) == text
}

// list reads an array of strings; nil if there is none.
func (m *members) list(name string, required bool) []string {
	items, there := member[[]any](m, name, required)
	if !there {
		return nil
	}
	found := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := item.(string)
		m.malformed = m.malformed || !ok
		found = append(found, text)
	}
	return found
}

// hex reads so many lower-case digits.
func (m *members) hex(name string, digits int) string {
	text, _ := member[string](m, name, true)
	for _, one := range []byte(text) {
		if (one < '0' || one > '9') && (one < 'a' || one > 'f') {
			m.malformed = true
		}
	}
	m.malformed = m.malformed || len(text) != digits
	return text
}

// space reads the members that name an embedding space, and d_model.
func (m *members) space(required bool) (spaceID string, spaceHash32 uint32) {
	if model, there := member[int64](m, "d_model", required); there && model < 1 {
		m.malformed = true
	}
	spaceID, _ = member[string](m, "embedding_space_id", required)
	if utf8.RuneCountInString(spaceID) > maxSpaceIDChars {
		m.malformed = true
	}
	return spaceID, m.u32("space_hash32", required)
}

// offer is what a ping or a capability says. A list that is nil was not there.
type offer struct {
	version                           int64 // v of a ping, agreed_proto of a capability
	spaceID                           string
	spaceHash32                       uint32
	compress, crypto, dtype, modality []string
	critique, requireCrypto           bool
	mux                               *Mux
	fec                               []string
}

func readPing(object resonant.Object, own *Config) (offer, bool) {
	m := members{object: object}
	member[int64](&m, "ts", true)
	found := offer{version: proto}
	if v, there := member[int64](&m, "v", false); there {
		found.version = v
	}
	found.spaceID, found.spaceHash32 = m.space(false)
	found.modality = m.list("modality", false)
	found.compress, found.crypto = m.list("compress", false), m.list("crypto", false)
	found.further(&m, own)
	if supports, there := member[resonant.Object](&m, "supports", false); there {
		inner := members{object: supports}
		found.critique, _ = member[bool](&inner, "critique", false)
		found.dtype = inner.list("dtype", false)
		m.malformed = m.malformed || inner.malformed
	}
	return found, !m.malformed
}

// further reads what only peers with such own values look at (MUX-2, FEC-6).
func (o *offer) further(m *members, own *Config) {
	if own.Mux != nil {
		o.mux = m.mux()
	}
	if own.FEC != nil {
		o.fec = m.list("fec", false)
	}
}

func readCapability(object resonant.Object, own *Config) (offer, bool) {
	m := members{object: object}
	member[int64](&m, "v", true)
	var found offer
	found.version, _ = member[int64](&m, "agreed_proto", true)
	found.spaceID, found.spaceHash32 = m.space(true)
	found.modality = m.list("modality", false)
	found.compress, found.crypto = m.list("compress", true), m.list("crypto", true)
	found.further(&m, own)
	supports, _ := member[resonant.Object](&m, "supports", true)
	inner := members{object: supports}
	found.critique, _ = member[bool](&inner, "critique", true)
	found.dtype = inner.list("dtype", true)
	found.requireCrypto, _ = member[bool](&inner, "require_crypto", false)
	return found, !m.malformed && !inner.malformed
}

// report is what an error says.
type report struct {
	code    resonant.Code
	ref     *Ref
	missing []uint64
}

func readReport(object resonant.Object) (report, bool) {
	m := members{object: object}
	code, _ := member[string](&m, "code", true)
	member[string](&m, "message", true)
	found := report{code: resonant.Code(code)}
	if ref, there := member[resonant.Object](&m, "ref", false); there {
		inner := members{object: ref}
		found.ref = &Ref{inner.u32("stream_id", true), inner.u64("frame_seq")}
		m.malformed = m.malformed || inner.malformed
	}
	for _, text := range m.list("missing", false) { // HSK-48
		number, ok := readDecimal(text)
		m.malformed = m.malformed || !ok
		found.missing = append(found.missing, number)
	}
	return found, !m.malformed
}

// Sizes are what a HEAD announces of its stream, if it knows it.
type Sizes struct {
	Frames, TotalLen uint64
	MD5              [16]byte
	XXHash3          uint64
}

// sums are sizes as HEAD and TAIL say them; a text is empty where it is not said.
type sums struct {
	frames, totalLen uint64
	md5, xxhash3     string
}

// readHead gives nil for a HEAD that announces nothing.
func readHead(object resonant.Object, seq uint64, direction string, multiplexing bool) (*sums, bool) {
	m := members{object: object}
	if multiplexing { // MUX-6
		urgency, _ := member[int64](&m, "urgency", false)
		m.malformed = m.malformed || urgency < 0 || urgency > maxUrgency
	}
	dir, _ := member[string](&m, "dir", true)
	m.malformed = m.malformed || dir != direction || seq != 0 // STM-2
	sized := false
	for _, name := range []string{"frames", "total_len", "md5", "xxhash3_64"} {
		if _, there := object[name]; there {
			sized = true
		}
	}
	if !sized {
		return nil, !m.malformed
	}
	found := &sums{m.u64("frames"), m.u64("total_len"), m.hex("md5", 32), m.hex("xxhash3_64", 16)}
	return found, !m.malformed
}

func readTail(object resonant.Object, seq uint64, strong bool) (sums, bool) {
	m := members{object: object, malformed: seq == 0} // STM-2
	found := sums{frames: m.u64("frames"), totalLen: m.u64("total_len")}
	if strong {
		found.xxhash3 = m.hex("xxhash3_64", 16)
	} else if _, there := object["xxhash3_64"]; there {
		m.malformed = true
	}
	return found, !m.malformed
}
