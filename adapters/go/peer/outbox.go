package peer

import (
	"slices"
	"sync"
)

// outbox is what a connection has to send. Its mutex is its own and is held for a moment only: whoever writes need not wait
// until the endpoint has encoded the next frame. It may be taken while that of the endpoint is held, not the other way round.
type outbox struct {
	mutex  sync.Mutex
	unsent [][]byte
	bytes  int           // of unsent, and of what is being written
	over   bool          // the connection is: what is there is still sent
	ready  *sync.Cond    // there is something to send, or the connection is over
	room   chan struct{} // closed when few bytes are left, or the connection is over; nil while nobody waits
}

func newOutbox() *outbox {
	found := new(outbox)
	found.ready = sync.NewCond(&found.mutex)
	return found
}

// put adds a piece at the end.
func (o *outbox) put(data []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.unsent = append(o.unsent, data)
	o.bytes += len(data)
	o.ready.Signal()
}

// take waits for what goes into one write, as many pieces as atOnce says. There are none once the connection is over and all is sent.
func (o *outbox) take(atOnce func(pieces [][]byte) int) (pieces [][]byte, bytes int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for len(o.unsent) == 0 && !o.over {
		o.ready.Wait()
	}
	if len(o.unsent) == 0 {
		return nil, 0
	}
	count := atOnce(o.unsent)
	pieces = slices.Clone(o.unsent[:count])
	clear(o.unsent[:count]) // so that nothing is kept once it is sent
	o.unsent = o.unsent[count:]
	for _, one := range pieces {
		bytes += len(one)
	}
	return pieces, bytes
}

// drop forgets what there is to send.
func (o *outbox) drop() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.unsent = nil
}

// wrote says that so many bytes wait no more.
func (o *outbox) wrote(bytes int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.bytes -= bytes
	o.tellRoom()
}

// waits says how many bytes wait, where what is written has no outbox.
func (o *outbox) waits(bytes int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.bytes = bytes
	o.tellRoom()
}

// end says that the connection is over.
func (o *outbox) end() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.over = true
	o.ready.Signal()
	o.tellRoom()
}

// full gives what tells of room; nil if there is room.
func (o *outbox) full() <-chan struct{} {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.over || o.bytes < fewBytes {
		return nil
	}
	if o.room == nil {
		o.room = make(chan struct{})
	}
	return o.room
}

func (o *outbox) tellRoom() {
	if o.room != nil && (o.over || o.bytes < leftBytes) {
		close(o.room)
		o.room = nil
	}
}
