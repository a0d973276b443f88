// Messages as datagrams (specs/testee.md, section 3).

package testeekit

import (
	"encoding/binary"
	"encoding/json"
)

const (
	headBytes  = 12
	pieceBytes = 60_000
	maxPieces  = 300
	magic      = "RTP1"
	askMagic   = "RTPA"
)

// head makes the first bytes of a datagram.
func head(magic string, id uint32, index, count int) []byte {
	datagram := binary.LittleEndian.AppendUint32([]byte(magic), id)
	datagram = binary.LittleEndian.AppendUint16(datagram, uint16(index))
	return binary.LittleEndian.AppendUint16(datagram, uint16(count))
}

// cut makes the datagrams of a reply (TST-4).
func cut(reply map[string]any, id uint32) [][]byte {
	text, err := json.Marshal(reply)
	count := (len(text) + pieceBytes - 1) / pieceBytes
	if err != nil || count > maxPieces {
		return cut(map[string]any{"error": "the reply cannot be sent"}, id)
	}
	datagrams := make([][]byte, 0, count)
	for at := range count {
		piece := text[at*pieceBytes : min(len(text), (at+1)*pieceBytes)]
		datagrams = append(datagrams, append(head(magic, id, at, count), piece...))
	}
	return datagrams
}
