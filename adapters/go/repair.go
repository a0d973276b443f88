package resonant

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"slices"
)

// Limits of repair datagrams, in bytes.
const (
	MinRepairBytes         = 59     // FEC-14
	MaxRepairedFrameBytes  = 65_481 // FEC-27: a longer frame has no room in a repair datagram
	MaxRepairStep          = 16
	repairMagic            = "RSF1"
	repairHeaderBytes      = 20
	symbolLengthBytes      = 2
	namesOfFrame, endNames = 4, 16 // stream_id and frame_seq
)

// A RepairGroup names the frames that one code is over: those of a stream_id with the numbers Base, Base + Step, … K of
// them. R is how many repair datagrams there are for them.
type RepairGroup struct {
	StreamID   uint32
	Base       uint64
	K, R, Step int
}

// Number is that of a frame of the group.
func (g *RepairGroup) Number(at int) uint64 { return g.Base + uint64(at)*uint64(g.Step) }

// check refuses what is out of range, and numbers that do not exist.
func (g *RepairGroup) check(code Code, clause string) error {
	if g.K < 1 || g.K > MaxDataShards || g.R < 1 || g.R > MaxParityShards || g.Step < 1 || g.Step > MaxRepairStep {
		return refuse(code, clause, "a group of %d frames and %d repair datagrams, in steps of %d", g.K, g.R, g.Step)
	}
	if _, carry := bits.Add64(g.Base, uint64(g.K-1)*uint64(g.Step), 0); carry != 0 {
		return refuse(code, clause, "a base of %d", g.Base)
	}
	return nil
}

// Has says whether a frame of at least 33 bytes is of the group by its stream_id and number, and which one it is.
func (g *RepairGroup) Has(frame []byte) (at int, has bool) {
	if len(frame) < MinFrameBytes || binary.LittleEndian.Uint32(frame[namesOfFrame:]) != g.StreamID {
		return 0, false
	}
	return g.Place(binary.LittleEndian.Uint64(frame[namesOfFrame+4:]))
}

// Place says whether a number is one of the group, and which one it is.
func (g *RepairGroup) Place(seq uint64) (at int, has bool) {
	apart := seq - g.Base
	if seq < g.Base || apart%uint64(g.Step) != 0 || apart/uint64(g.Step) >= uint64(g.K) {
		return 0, false
	}
	return int(apart / uint64(g.Step)), true
}

// A Repair is a repair datagram.
type Repair struct {
	RepairGroup
	Index  int
	Parity []byte
}

// IsRepair says whether a datagram calls itself repair.
func IsRepair(datagram []byte) bool { return bytes.HasPrefix(datagram, []byte(repairMagic)) }

// ReadRepair reads a repair datagram, whose Parity lies in it (FEC-13 to FEC-15).
func ReadRepair(datagram []byte) (Repair, error) {
	if len(datagram) < MinRepairBytes || len(datagram) > MaxDatagramBytes {
		return Repair{}, refuse(BadRepair, "FEC-14", "%d bytes", len(datagram))
	}
	if !IsRepair(datagram) {
		return Repair{}, refuse(BadRepair, "FEC-36", "it does not begin with %s", repairMagic)
	}
	end := len(datagram) - crcBytes
	if found, right := binary.LittleEndian.Uint32(datagram[end:]), crc32.ChecksumIEEE(datagram[:end]); found != right {
		return Repair{}, refuse(CRCMismatch, "FEC-13", "0x%08x, and 0x%08x by the bytes before it", found, right)
	}
	found := Repair{
		RepairGroup: RepairGroup{
			StreamID: binary.LittleEndian.Uint32(datagram[4:]), Base: binary.LittleEndian.Uint64(datagram[8:]),
			K: int(datagram[16]), R: int(datagram[17]), Step: int(datagram[19]),
		},
		Index: int(datagram[18]), Parity: datagram[repairHeaderBytes:end],
	}
	if err := found.check(BadRepair, "FEC-15"); err != nil {
		return Repair{}, err
	}
	if found.Index >= found.R {
		return Repair{}, refuse(BadRepair, "FEC-15", "index %d of %d", found.Index, found.R)
	}
	return found, nil
}

// append appends the datagram.
func (r *Repair) append(into []byte) []byte {
	start := len(into)
	into = append(into, repairMagic...)
	into = binary.LittleEndian.AppendUint32(into, r.StreamID)
	into = binary.LittleEndian.AppendUint64(into, r.Base)
	into = append(into, byte(r.K), byte(r.R), byte(r.Index), byte(r.Step))
	into = append(into, r.Parity...)
	return binary.LittleEndian.AppendUint32(into, crc32.ChecksumIEEE(into[start:]))
}

// symbol is a frame as the code has it (FEC-2).
func symbol(frame []byte, size int) []byte {
	found := make([]byte, size)
	binary.LittleEndian.PutUint16(found, uint16(len(frame)))
	copy(found[symbolLengthBytes:], frame)
	return found
}

// EncodeRepair gives the repair datagrams for frames, which are in the order of their numbers and as they are sent; K of
// the group is how many they are, whatever it was (FEC-34, FEC-35).
func EncodeRepair(group RepairGroup, frames [][]byte) ([][]byte, error) {
	group.K = len(frames)
	if err := group.check(FieldRange, "FEC-35"); err != nil {
		return nil, err
	}
	size := 0
	for at, frame := range frames {
		switch {
		case len(frame) < MinFrameBytes:
			return nil, refuse(FrameTooShort, "FEC-35", "frame %d has %d bytes", at, len(frame))
		case len(frame) > MaxRepairedFrameBytes:
			return nil, refuse(FrameTooLarge, "FEC-35", "frame %d has %d bytes", at, len(frame))
		}
		if place, has := group.Has(frame); !has || place != at {
			return nil, refuse(RepairMismatch, "FEC-35", "frame %d is not of the group", at)
		}
		size = max(size, symbolLengthBytes+len(frame))
	}
	code, err := NewReedSolomon(group.K, group.R)
	if err != nil {
		return nil, err
	}
	symbols := make([][]byte, len(frames))
	for at, frame := range frames {
		symbols[at] = symbol(frame, size)
	}
	parity, err := code.Encode(symbols)
	if err != nil {
		return nil, err
	}
	datagrams := make([][]byte, len(parity))
	for at, shard := range parity {
		one := Repair{group, at, shard}
		datagrams[at] = one.append(make([]byte, 0, repairHeaderBytes+size+crcBytes))
	}
	return datagrams, nil
}

// RepairSet is the repair of one group that was taken.
type RepairSet struct {
	RepairGroup
	size   int
	taken  uint32   // a bit for each index
	parity [][]byte // by index; nil for what is not there
}

// NewRepairSet begins one with the first repair of a group, which Add is still to take.
func NewRepairSet(first Repair) *RepairSet {
	return &RepairSet{RepairGroup: first.RepairGroup, size: len(first.Parity), parity: make([][]byte, first.R)}
}

// Judge says why repair of the group is not taken: [RepairMismatch] or [Duplicate] (FEC-16).
func (s *RepairSet) Judge(one Repair) error {
	if one.K != s.K || one.R != s.R || len(one.Parity) != s.size {
		return refuse(RepairMismatch, "FEC-16", "k, r or the size differs from earlier repair")
	}
	if s.taken>>one.Index&1 == 1 {
		return refuse(Duplicate, "FEC-16", "index %d was taken", one.Index)
	}
	return nil
}

// Add takes repair that Judge lets pass; it keeps the parity.
func (s *RepairSet) Add(one Repair) {
	s.parity[one.Index] = one.Parity
	s.taken |= 1 << one.Index
}

// Count is how much of the repair that was taken is there.
func (s *RepairSet) Count() int { return s.R - len(missing(s.parity)) }

// Drop lets go of the repair that is there. It still counts as taken.
func (s *RepairSet) Drop() { clear(s.parity) }

// Recover gives the missing frames of the group in ascending order; of frames, those that are missing are nil. Too few are
// refused with [NotRecoverable], and what cannot be with [RepairMismatch] (FEC-21, FEC-22).
func (s *RepairSet) Recover(frames [][]byte) ([][]byte, error) {
	lost := missing(frames)
	if len(lost) == 0 {
		return nil, nil
	}
	if len(lost) > s.Count() {
		return nil, refuse(NotRecoverable, "FEC-37", "%d frames are missing", len(lost))
	}
	shards := slices.Concat(make([][]byte, s.K), s.parity)
	for at, frame := range frames {
		if frame == nil {
			continue
		}
		if len(frame) > s.size-symbolLengthBytes {
			return nil, refuse(RepairMismatch, "FEC-22", "frame %d is longer than the repair says", at)
		}
		shards[at] = symbol(frame, s.size)
	}
	code, err := NewReedSolomon(s.K, s.R)
	if err != nil {
		return nil, err
	}
	all, err := code.Decode(shards)
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for _, at := range lost {
		frame, err := s.frameOf(all[at], at)
		if err != nil {
			return nil, err
		}
		found = append(found, frame)
	}
	return found, nil
}

// frameOf takes a frame out of its symbol (FEC-22).
func (s *RepairSet) frameOf(symbol []byte, at int) ([]byte, error) {
	length := int(binary.LittleEndian.Uint16(symbol))
	if length < MinFrameBytes || length > len(symbol)-symbolLengthBytes {
		return nil, refuse(RepairMismatch, "FEC-22", "a computed frame has %d bytes", length)
	}
	end := symbolLengthBytes + length
	if len(bytes.TrimLeft(symbol[end:], "\x00")) > 0 {
		return nil, refuse(RepairMismatch, "FEC-22", "there is something behind a computed frame")
	}
	frame := symbol[symbolLengthBytes:end:end]
	if place, has := s.Has(frame); !has || place != at {
		return nil, refuse(RepairMismatch, "FEC-22", "a computed frame is another one")
	}
	return frame, nil
}

// DecodeRepair gives the frames of one group that are missing among those that are given, computed from its repair
// datagrams (FEC-36, FEC-37).
func DecodeRepair(repair, frames [][]byte) ([][]byte, error) {
	var set *RepairSet
	for _, datagram := range repair {
		one, err := ReadRepair(datagram)
		if err != nil {
			return nil, err
		}
		if set == nil {
			set = NewRepairSet(one)
		}
		if one.StreamID != set.StreamID || one.Base != set.Base || one.Step != set.Step {
			return nil, refuse(RepairMismatch, "FEC-36", "it is of another group")
		}
		if err := set.Judge(one); err != nil {
			return nil, err
		}
		set.Add(one)
	}
	if set == nil {
		return nil, refuse(NotRecoverable, "FEC-37", "there is no repair")
	}
	there := make([][]byte, set.K)
	for _, frame := range frames {
		if at, has := set.Has(frame); has {
			there[at] = frame
		}
	}
	return set.Recover(there)
}
