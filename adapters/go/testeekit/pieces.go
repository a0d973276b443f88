package testeekit

import "encoding/binary"

const (
	headBytes   = 12
	pieceBytes  = 60_000
	maxPieces   = 300
	keptReplies = 64
	magic       = "RTP1"
	askMagic    = "RTPA"
)

// head makes the first bytes of a datagram (testee.md, section 3).
func head(magic string, id uint32, index, count int) []byte {
	datagram := binary.LittleEndian.AppendUint32([]byte(magic), id)
	datagram = binary.LittleEndian.AppendUint16(datagram, uint16(index))
	return binary.LittleEndian.AppendUint16(datagram, uint16(count))
}

// piece is a datagram that is well-formed (TST-5).
type piece struct {
	ask          bool
	id           uint32
	index, count int
	data         []byte
}

func readPiece(datagram []byte) (piece, bool) {
	if len(datagram) < headBytes || len(datagram) > headBytes+pieceBytes {
		return piece{}, false
	}
	kind := string(datagram[:4])
	found := piece{
		ask:   kind == askMagic,
		id:    binary.LittleEndian.Uint32(datagram[4:]),
		index: int(binary.LittleEndian.Uint16(datagram[8:])),
		count: int(binary.LittleEndian.Uint16(datagram[10:])),
		data:  datagram[headBytes:],
	}
	formed := found.index < found.count && found.count <= maxPieces
	return found, formed && (kind == magic || found.ask && len(found.data) == 0)
}

// message is what pieces of one request have become so far.
type message struct {
	id     uint32
	pieces [][]byte
	have   int
}

// add puts a piece to the others. A piece of another message begins anew.
func (m *message) add(one piece) {
	if m.id != one.id || len(m.pieces) != one.count {
		*m = message{id: one.id, pieces: make([][]byte, one.count)}
	}
	if m.pieces[one.index] == nil {
		m.have++
	}
	m.pieces[one.index] = append([]byte{}, one.data...)
}

func (m *message) whole() bool { return m.have == len(m.pieces) }

// lacking is the index of the first piece that has not come.
func (m *message) lacking() int {
	for index, one := range m.pieces {
		if one == nil {
			return index
		}
	}
	return len(m.pieces)
}

func (m *message) joined() []byte {
	var text []byte
	for _, one := range m.pieces {
		text = append(text, one...)
	}
	return text
}

// replies are the last ones, by request_id (TST-7).
type replies struct {
	datagrams map[uint32][][]byte
	order     []uint32
}

// keep cuts a reply into datagrams (TST-4) and forgets the oldest.
func (r *replies) keep(id uint32, text []byte) {
	count := (len(text) + pieceBytes - 1) / pieceBytes
	datagrams := make([][]byte, count)
	for at := range datagrams {
		part := text[at*pieceBytes : min(len(text), (at+1)*pieceBytes)]
		datagrams[at] = append(head(magic, id, at, count), part...)
	}
	if r.datagrams == nil {
		r.datagrams = map[uint32][][]byte{}
	}
	r.datagrams[id] = datagrams
	if r.order = append(r.order, id); len(r.order) > keptReplies {
		delete(r.datagrams, r.order[0])
		r.order = r.order[1:]
	}
}
