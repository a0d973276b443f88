package peer

import "slices"

// maxResentBytes is how many bytes of sent frames a peer keeps, of all its streams: beyond it the oldest may go (STM-37), and
// are passed over where somebody asks for them (STM-20).
const maxResentBytes = 256 << 20

// keptFrame gives a frame of a stream by its number; nil if it is not kept.
func (s *outStream) keptFrame(seq uint64) []byte {
	if seq < s.firstKept || seq-s.firstKept >= uint64(len(s.kept)) {
		return nil
	}
	return s.kept[seq-s.firstKept]
}

// keep keeps the next frame of a stream (STM-37).
func (p *Peer) keep(stream *outStream, packet []byte) {
	if stream.kept == nil {
		p.keeping = append(p.keeping, stream)
	}
	stream.kept = append(stream.kept, packet)
	stream.keptBytes += len(packet)
	p.keptBytes += len(packet)
	for _, oldest := range p.keeping {
		for p.keptBytes > maxResentBytes && len(oldest.kept) > 0 {
			bytes := len(oldest.kept[0])
			oldest.kept[0] = nil
			oldest.kept = oldest.kept[1:]
			oldest.firstKept++
			oldest.keptBytes -= bytes
			p.keptBytes -= bytes
		}
		if p.keptBytes <= maxResentBytes {
			return
		}
	}
}

// letGo lets go of the frames of a stream, of which nothing is sent again.
func (p *Peer) letGo(stream *outStream) {
	if at := slices.Index(p.keeping, stream); at >= 0 { // it is of this session
		p.keeping = slices.Delete(p.keeping, at, at+1)
		p.keptBytes -= stream.keptBytes
	}
	stream.kept, stream.keptBytes = nil, 0
}
