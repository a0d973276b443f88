package peer

import (
	"sync"
	"sync/atomic"
)

// A buffer is memory that a connection is read into. Large frames stay in it. It is read into again once all of them have
// been given back; where one never is, the garbage collector takes it with the last event that lies in it.
type buffer struct {
	bytes []byte
	users atomic.Int32 // who reads into it, and each frame that has not been given back
}

// spare are buffers that nobody uses. There are never more than were in use at a time, and the garbage collector takes
// those that stay unused.
var spare = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, readAtOnce)} }}

// spareBuffer gives one that is only read into.
func spareBuffer() *buffer {
	found, _ := spare.Get().(*buffer)
	found.users.Store(1)
	return found
}

// leave is said by each of its users, and by none of them twice.
func (b *buffer) leave() {
	if b.users.Add(-1) == 0 {
		spare.Put(b)
	}
}

// isFree says, to who reads into it, that no frame lies in it.
func (b *buffer) isFree() bool { return b.users.Load() == 1 }

// memory is what a received frame lies in. Its zero value is memory that is overwritten when the frame has been handled.
type memory struct {
	keep bool    // the frame may stay where it lies
	in   *buffer // and is given back to this; nil if nothing else lies there
}

// lend lets a frame stay in its buffer until the loan ends; nil if it lies in none.
func (m memory) lend() *loan {
	if m.in == nil {
		return nil
	}
	m.in.users.Add(1)
	found := new(loan)
	found.of.Store(m.in)
	return found
}

// A loan is that of a buffer to one frame.
type loan struct{ of atomic.Pointer[buffer] }

// end gives back what was lent, the first time.
func (l *loan) end() {
	if l == nil {
		return
	}
	if of := l.of.Swap(nil); of != nil {
		of.leave()
	}
}
