package peer

import "resonant"

// An Event is what a peer reports: an [Established], [ErrorReceived], [ErrorSent], [Delivered], [Opened], [Incomplete],
// [Complete], [Failed], [Done], [Recovered], [Lost], [Dropped] or [Ended].
type Event interface{ event() }

// An Agreement is what a session is held under: lists as agreed, in the peer's own order, and its choices.
type Agreement struct {
	Proto    int64
	Compress string // Zstd or None
	Crypto   string // XChaCha20Poly1305 or None
	DType    []string
	Modality []string
	Critique bool
	Mux      *Mux   // what the other peer allows; nil unless both peers multiplex
	FEC      string // RS8 or None; empty unless both peers have forward error correction
}

// A Ref names a frame.
type Ref struct {
	StreamID uint32
	FrameSeq uint64
}

type (
	// Established says that a session has begun, or has been agreed anew.
	Established struct{ Agreement }

	// ErrorReceived says what the other peer answered to a frame, or, without Ref, why this peer's handshake failed.
	ErrorReceived struct {
		Code resonant.Code
		Ref  *Ref
	}

	// ErrorSent says that a received frame was answered with an error.
	ErrorSent struct {
		Code resonant.Code
		Ref  Ref
	}

	// Delivered is a message that has come. Its Slices are the program's for good, unless it says [Delivered.Release].
	Delivered struct {
		Ref
		Type     resonant.Type
		Modality resonant.Modality
		Slices   []resonant.Slice
		lent     *loan // of the memory in which their payloads lie; nil if nothing else lies there
	}

	// Opened says that a stream begins. Sized tells whether it announced its sizes and hashes.
	Opened struct {
		StreamID uint32
		Sized    bool
	}

	// Incomplete says that a stream has ended and that these numbers are missing, the first 64 of them. The other peer
	// was asked for them.
	Incomplete struct {
		StreamID uint32
		Missing  []uint64
	}

	// Complete says that a stream is whole and is what its sender sent.
	Complete struct {
		StreamID         uint32
		Frames, TotalLen uint64
		XXHash3          uint64
	}

	// Failed says that a stream is given up: StreamCorrupt, with What is not as announced, StreamTimeout, FlowControl,
	// StreamCancelled, or StreamReset, with What its sender gave as the code.
	Failed struct {
		StreamID uint32
		Code     resonant.Code
		What     string
	}

	// Done says that the other peer has the whole of a stream of this one, verified.
	Done struct{ StreamID uint32 }

	// Recovered says that a frame was computed from repair. What becomes of it is told next, as if it had come.
	Recovered struct{ Ref }

	// Lost says that nothing has come from the other peer for 45 s, and that the session is over.
	Lost struct{}

	// Dropped says that a received frame was dropped.
	Dropped struct{ Code resonant.Code }

	// Ended says that the connection has ended, over a transport that has connections, and with which code if there is
	// one: resonant.FrameTooShort, resonant.FrameTooLarge, FrameTimeout, HandshakeTimeout, TruncatedFrame or
	// ConnectionReset.
	Ended struct{ Code resonant.Code }
)

// Release gives back the memory in which the payloads of Slices lie, so that what comes later can be read into it. Nothing of
// them may be used afterwards, nor of the tensors that Message gave, which lie in the same memory. A program need not call it: memory
// that is not given back is left to the garbage collector, and a long stream of large messages over TCP takes longer. It may be
// called more than once, also of copies of the event, from any goroutine, and after the end of the connection or the
// endpoint. Where there is nothing to give back, such as over UDP, it does nothing.
func (d Delivered) Release() { d.lent.end() }

// Message reads what was delivered.
func (d Delivered) Message() (resonant.Message, error) {
	return resonant.ReadMessage(&resonant.Frame{Type: d.Type, Modality: d.Modality, Slices: d.Slices})
}

func (Established) event()   {}
func (ErrorReceived) event() {}
func (ErrorSent) event()     {}
func (Delivered) event()     {}
func (Opened) event()        {}
func (Incomplete) event()    {}
func (Complete) event()      {}
func (Failed) event()        {}
func (Done) event()          {}
func (Recovered) event()     {}
func (Lost) event()          {}
func (Dropped) event()       {}
func (Ended) event()         {}
