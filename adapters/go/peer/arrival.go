package peer

import (
	"slices"

	"resonant"
)

// kind is what a received frame is, to a peer.
type kind int

const (
	dataFrame kind = iota
	heartFrame
	pingFrame
	capabilityFrame
	errorFrame
	headFrame
	tailFrame
	creditFrame
	blockedFrame
	doneFrame
	resetFrame
	qualityFrame
	otherSync  // of a method that nobody knows
	unreadable // a Sync frame without a method
)

var methods = map[string]kind{
	"ping": pingFrame, "capability": capabilityFrame, "error": errorFrame, "head": headFrame, "tail": tailFrame,
	"credit": creditFrame, "blocked": blockedFrame, "done": doneFrame, "reset": resetFrame,
	"quality": qualityFrame,
}

// aside says whether a frame is about the session, or what the other end sent, and takes no part in a stream (STM-30).
func (k kind) aside() bool {
	return k == pingFrame || k == capabilityFrame || k == errorFrame || k.ofMux()
}

// ofMux says whether it is of one of the methods of multiplexing.
func (k kind) ofMux() bool { return k >= creditFrame && k <= resetFrame }

// arrival is a frame as it came, and what the checks have found out about it.
type arrival struct {
	datagram []byte
	memory   // of the datagram, and of the frame unless that was opened or decompressed
	frame    *resonant.Frame
	kind     kind
	object   resonant.Object // of a Sync frame
	why      resonant.Code   // it is unreadable

	again *answer // it is a ping that was answered before (HSK-18)
	offer offer   // of a ping or capability
	said  report  // of an error
	sizes *sums   // of a HEAD
	tail  sums    // of a TAIL
	limit uint64  // of a credit or blocked
	code  string  // of a reset

	tolerance int64 // of a quality
}

// kept is what is kept of a data frame that waits: its bytes, and the frame if that may be kept.
func (a *arrival) kept() waiting {
	if a.keep {
		return waiting{a.datagram, a.frame, len(a.datagram), a.lend()}
	}
	return waiting{slices.Clone(a.datagram), nil, len(a.datagram), nil}
}

// own is the frame in memory that may be kept, as what was opened or decompressed is anyway; and the loan of that memory.
func (a *arrival) own() (*resonant.Frame, *loan) {
	switch {
	case isTransformed(a.frame):
		return a.frame, nil
	case a.keep:
		return a.frame, a.lend()
	}
	parts := a.frame.Slices
	left := slices.Clone(a.datagram[bodyAt(a.frame):])
	for at := range parts {
		from := sliceHead + 4*len(parts[at].Dims)
		to := from + len(parts[at].Payload)
		parts[at].Payload, left = left[from:to:to], left[to:]
	}
	return a.frame, nil
}

// isTransformed says whether a frame was opened or decompressed, and lies in memory of its own.
func isTransformed(frame *resonant.Frame) bool {
	return frame.Flags&(resonant.ZSTD|resonant.XCHACHA) != 0
}

func (a *arrival) ref() Ref     { return Ref{a.frame.StreamID, a.frame.FrameSeq} }
func (a *arrival) sealed() bool { return a.frame.Flags&resonant.XCHACHA != 0 }
func (a *arrival) strong() bool { return a.frame.Flags&resonant.StrongTail != 0 }

// classify finds out what a frame is.
func (a *arrival) classify(known func(method string) (kind, bool)) {
	if a.frame.Type != resonant.SyncType {
		a.kind = dataFrame
		return
	}
	message, err := resonant.ReadMessage(a.frame)
	if err != nil {
		a.kind, a.why = unreadable, codeOf(err)
		return
	}
	sync, isSync := message.(resonant.Sync)
	if !isSync {
		a.kind = heartFrame
		return
	}
	a.object = sync.JSON
	method, there := sync.JSON["method"].(string)
	found, isKnown := known(method)
	switch {
	case !there:
		a.kind, a.why = unreadable, resonant.BadJSON
	case isKnown:
		a.kind = found
	default:
		a.kind = otherSync
	}
}

// verdict is why a frame is dropped or rejected.
type verdict struct {
	drop   bool
	accept bool // it passes, whatever the further steps would say
	code   resonant.Code
	adds   jsonMembers // to the error with which it is rejected
}

func dropped(code resonant.Code) *verdict { return &verdict{drop: true, code: code} }

// rejected makes the verdict for an error that adds at most one member.
func rejected(code resonant.Code, adds ...any) *verdict {
	found := &verdict{code: code}
	if len(adds) == 2 {
		name, _ := adds[0].(string)
		found.adds = jsonMembers{{Name: name, Value: adds[1]}}
	}
	return found
}
