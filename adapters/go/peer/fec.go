package peer

import (
	"container/list"
	"maps"
	"slices"
	"time"

	"resonant"
)

// RS8 is the name of forward error correction by Reed-Solomon codes, in the list of a configuration.
const RS8 = "rs8"

const (
	maxRepairGroups = 64 // FEC-17
	maxKeptFrames   = 2048
	maxKeptBytes    = 16_777_216 // FEC-18
	groupTime       = 20 * time.Millisecond
)

// Repairing is what repair a peer sends: R datagrams for K frames of a stream_id, each Step numbers after the one before.
type Repairing struct{ K, R, Step int }

func (r *Repairing) check() error {
	if r.K < 1 || r.K > resonant.MaxDataShards || r.R < 1 || r.R > resonant.MaxParityShards || r.Step < 1 || r.Step > resonant.MaxRepairStep {
		return refusal(resonant.FieldRange, "FEC-15", "repair of %d for %d frames, in steps of %d", r.R, r.K, r.Step)
	}
	return nil
}

// repairs is what a session keeps of repair, while rs8 is agreed (FEC-10).
type repairs struct {
	known  []*repairGroup // the one that became known first in front
	bytes  int            // of the repair that is kept
	frames map[Ref]*list.Element
	order  *list.List // of keptFrame, the one accepted last at the end
	sum    int        // of the bytes of frames

	own map[uint32][]*ownGroup // by stream_id, in the order of their bases
}

// repairGroup is a group that is known to the receiver.
type repairGroup struct {
	*resonant.RepairSet
	bytes   int  // of its repair that is kept
	changed bool // since it was last looked at
}

type keptFrame struct {
	ref      Ref
	datagram []byte
}

// ownGroup is a group at its sender.
type ownGroup struct {
	base   uint64
	frames [][]byte
	began  time.Duration
}

func newRepairs() *repairs {
	return &repairs{frames: map[Ref]*list.Element{}, order: list.New(), own: map[uint32][]*ownGroup{}}
}

// agreeOnRepair begins or ends what is kept of repair with an agreement (FEC-7 to FEC-10).
func (p *Peer) agreeOnRepair(others []string) (choice string) {
	if p.config.FEC == nil || others == nil {
		p.fec = nil
		return ""
	}
	agreed := p.common(p.config.FEC, others)
	switch {
	case !slices.Contains(agreed, RS8):
		p.fec = nil
	case p.fec == nil:
		p.fec = newRepairs()
	}
	return chosen(agreed, false)
}

// --- The receiver.

// takesRepair says whether a datagram is repair to the peer (FEC-9, FEC-12).
func (p *Peer) takesRepair(datagram []byte) bool {
	return p.fec != nil && !p.onStream && resonant.IsRepair(datagram)
}

// receiveRepair takes a repair datagram (FEC-13).
func (p *Peer) receiveRepair(datagram []byte) {
	if err := p.takeRepair(datagram); err != nil {
		p.report(Dropped{codeOf(err)})
		return
	}
	p.recoverFrames()
}

func (p *Peer) takeRepair(datagram []byte) error {
	one, err := resonant.ReadRepair(datagram)
	if err != nil {
		return err
	}
	f := p.fec
	at := slices.IndexFunc(f.known, func(group *repairGroup) bool {
		return group.StreamID == one.StreamID && group.Base == one.Base && group.Step == one.Step
	})
	group := &repairGroup{RepairSet: resonant.NewRepairSet(one)}
	if at >= 0 {
		group = f.known[at]
		if err := group.Judge(one); err != nil {
			return err
		}
	}
	_, lost := f.framesOf(group)
	if lost > 0 {
		if group.bytes+len(datagram)+p.waitingBytes > maxWaitingBytes {
			return refusal(BufferLimit, "FEC-19", "there is no room for more repair")
		}
		f.makeRoom(len(datagram)+p.waitingBytes, group)
	}
	one.Parity = slices.Clone(one.Parity)
	group.Add(one)
	group.changed = true
	group.bytes += len(datagram)
	f.bytes += len(datagram)
	if lost == 0 {
		f.letGo(group)
	}
	if at < 0 {
		if f.known = append(f.known, group); len(f.known) > maxRepairGroups {
			f.forget(f.known[0])
		}
	}
	return nil
}

// framesOf gives the frames of a group that are there, and how many are missing.
func (f *repairs) framesOf(group *repairGroup) (there [][]byte, lost int) {
	there = make([][]byte, group.K)
	for at := range there {
		if element := f.frames[Ref{group.StreamID, group.Number(at)}]; element != nil {
			there[at] = element.Value.(keptFrame).datagram
		} else {
			lost++
		}
	}
	return there, lost
}

// letGo lets go of the repair of a group, which stays known.
func (f *repairs) letGo(group *repairGroup) {
	group.Drop()
	f.bytes -= group.bytes
	group.bytes = 0
}

// makeRoom forgets the oldest groups, but never one of them, until there is room for so many bytes beside all repair that is
// kept (FEC-19, FEC-20).
func (f *repairs) makeRoom(size int, but *repairGroup) {
	for _, group := range slices.Clone(f.known) {
		if f.bytes == 0 || f.bytes+size <= maxWaitingBytes {
			return
		}
		if group != but {
			f.forget(group)
		}
	}
}

func (f *repairs) forget(group *repairGroup) {
	f.letGo(group)
	f.known = slices.DeleteFunc(f.known, func(one *repairGroup) bool { return one == group })
}

// keep keeps a frame that was accepted (FEC-18).
func (f *repairs) keep(a *arrival) {
	ref := a.ref()
	if old := f.frames[ref]; old != nil {
		if before := old.Value.(keptFrame).datagram; isSealed(before) && !a.sealed() {
			return
		}
		f.remove(old)
	}
	f.frames[ref] = f.order.PushBack(keptFrame{ref, a.datagram})
	f.sum += len(a.datagram)
	f.touch(ref)
	for f.order.Len() > maxKeptFrames || f.sum > maxKeptBytes {
		f.remove(f.order.Front())
	}
}

func isSealed(datagram []byte) bool { return datagram[2]&byte(resonant.XCHACHA) != 0 }

func (f *repairs) remove(element *list.Element) {
	one := f.order.Remove(element).(keptFrame)
	delete(f.frames, one.ref)
	f.sum -= len(one.datagram)
	f.touch(one.ref)
}

// touch notes that groups have changed with a frame, and lets go of the repair of those that are whole (FEC-19).
func (f *repairs) touch(ref Ref) {
	for _, group := range f.known {
		if _, has := group.Place(ref.FrameSeq); has && group.StreamID == ref.StreamID {
			group.changed = true
			if _, lost := f.framesOf(group); lost == 0 {
				f.letGo(group)
			}
		}
	}
}

// recoverFrames recovers what can be, from one group after the other (FEC-25).
func (p *Peer) recoverFrames() {
	for p.fec != nil {
		f := p.fec
		f.makeRoom(p.waitingBytes, nil)
		group, there := f.recoverable()
		if group == nil {
			return
		}
		frames, err := group.Recover(there)
		if err != nil {
			f.forget(group)
			p.report(Dropped{RepairMismatch}) // FEC-22
			continue
		}
		accepted := true
		for _, frame := range frames {
			p.report(Recovered{refOf(frame)})
			accepted = p.handle(frame, memory{keep: true}) && accepted // FEC-23
		}
		if !accepted {
			f.forget(group) // FEC-24
		}
	}
}

// recoverable is the first group of which something is missing and can be recovered.
func (f *repairs) recoverable() (*repairGroup, [][]byte) {
	for _, group := range f.known {
		if !group.changed {
			continue
		}
		group.changed = false
		if there, lost := f.framesOf(group); lost > 0 && lost <= group.Count() {
			return group, there
		}
	}
	return nil, nil
}

// --- The sender.

// repaired says whether the peer sends repair (FEC-26).
func (p *Peer) repaired() bool {
	return p.fec != nil && p.config.Repair != nil && p.session.FEC == RS8 && p.carry == nil
}

// joinGroup puts a frame that is sent into a group, or ends those of its stream_id before it (FEC-26, FEC-27). What it
// gives is to be called when the frame was sent.
func (p *Peer) joinGroup(ref Ref, datagram []byte, ends bool) (after func()) {
	nothing := func() {}
	if p.fec == nil {
		return nothing
	}
	if ends || len(datagram) > resonant.MaxRepairedFrameBytes {
		for len(p.fec.own[ref.StreamID]) > 0 {
			p.endGroup(ref.StreamID, p.fec.own[ref.StreamID][0])
		}
		return nothing
	}
	if !p.repaired() {
		return nothing
	}
	step := uint64(p.config.Repair.Step)
	groups := p.fec.own[ref.StreamID]
	at := slices.IndexFunc(groups, func(one *ownGroup) bool { return one.base+uint64(len(one.frames))*step == ref.FrameSeq })
	if at < 0 {
		at = len(groups)
		groups = append(groups, &ownGroup{base: ref.FrameSeq, began: p.now})
		p.fec.own[ref.StreamID] = groups
	}
	group := groups[at]
	group.frames = append(group.frames, datagram)
	if len(group.frames) < p.config.Repair.K {
		return nothing
	}
	return func() { p.endGroup(ref.StreamID, group) }
}

// endGroup sends the repair of a group (FEC-30).
func (p *Peer) endGroup(streamID uint32, group *ownGroup) {
	f := p.fec
	if f.own[streamID] = slices.DeleteFunc(f.own[streamID], func(one *ownGroup) bool { return one == group }); len(f.own[streamID]) == 0 {
		delete(f.own, streamID)
	}
	of := resonant.RepairGroup{StreamID: streamID, Base: group.base, R: p.config.Repair.R, Step: p.config.Repair.Step}
	datagrams, err := resonant.EncodeRepair(of, group.frames)
	if err != nil {
		return // no group is one that cannot be
	}
	for _, datagram := range datagrams {
		if p.room != nil {
			if p.room(datagram) != nil {
				continue // FEC-33
			}
			p.putBytes += len(datagram)
		}
		p.datagrams = append(p.datagrams, datagram)
	}
}

// considerGroups considers when groups end (FEC-29, FEC-32).
func (p *Peer) considerGroups(consider func(time.Duration, func(*Peer))) {
	if p.fec == nil || len(p.fec.own) == 0 {
		return
	}
	for _, streamID := range slices.Sorted(maps.Keys(p.fec.own)) {
		for _, group := range p.fec.own[streamID] {
			consider(group.began+groupTime, func(p *Peer) { p.endGroup(streamID, group) })
		}
	}
}
