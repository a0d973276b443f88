package resonant

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"
)

// TailHash is the strong tail hash of some bytes: XXH3 with 64 bits (FRM-37).
func TailHash(data []byte) uint64 { return xxh3.Hash(data) }

// TailHashText is a strong tail hash as JSON spells it (FRM-38).
func TailHashText(hash uint64) string { return fmt.Sprintf("%016x", hash) }

// SpaceHash32 is the fingerprint of an embedding space; it is never 0.
func SpaceHash32(spaceID, arch, dataSig string) (uint32, error) {
	for _, part := range []string{spaceID, arch, dataSig} {
		if part == "" || strings.Contains(part, ":") || !utf8.ValidString(part) {
			return 0, refuse(BadSpaceID, "SPC-4", "%q is empty, holds a colon or is not UTF-8", part)
		}
	}
	sum := sha256.Sum256([]byte(spaceID + ":" + arch + ":" + dataSig))
	return max(1, binary.LittleEndian.Uint32(sum[:])), nil // SPC-3
}
