package peer

import "container/list"

const windowNumbers = 1024 // HSK-34

// numberBits is a bit for each of the numbers around the highest, by their remainder.
type numberBits [windowNumbers / 64]uint64

func (b *numberBits) has(seq uint64) bool { return b[seq/64%uint64(len(b))]>>(seq%64)&1 == 1 }
func (b *numberBits) set(seq uint64)      { b[seq/64%uint64(len(b))] |= 1 << (seq % 64) }
func (b *numberBits) clear(seq uint64)    { b[seq/64%uint64(len(b))] &^= 1 << (seq % 64) }

// A window remembers the numbers that were accepted on a stream_id.
type window struct {
	any             bool
	complete        bool // the stream was (MUX-17)
	highest         uint64
	accepted, tails numberBits // tails: those that were accepted with a TAIL (STM-13)
}

// stale says whether a number is too far below the highest.
func (w *window) stale(seq uint64) bool {
	return w.any && seq < w.highest && w.highest-seq >= windowNumbers
}

func (w *window) duplicate(seq uint64) bool {
	return w.any && seq <= w.highest && !w.stale(seq) && w.accepted.has(seq)
}

// accept remembers a number.
func (w *window) accept(seq uint64, tail bool) {
	if w.stale(seq) {
		return
	}
	if !w.any || seq-w.highest >= windowNumbers && seq > w.highest {
		*w = window{any: true, highest: seq}
	}
	for ; w.highest < seq; w.highest++ {
		w.accepted.clear(w.highest + 1)
		w.tails.clear(w.highest + 1)
	}
	w.accepted.set(seq)
	if tail {
		w.tails.set(seq)
	}
}

// recent remembers the values of the keys that were used last.
type recent[K comparable, V any] struct {
	most  int
	order *list.List // of entry[K, V], the last used in front
	found map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](most int) recent[K, V] {
	return recent[K, V]{most, list.New(), map[K]*list.Element{}}
}

func (r *recent[K, V]) get(key K) (value V, there bool) {
	element, there := r.found[key]
	if there {
		value = element.Value.(entry[K, V]).value
	}
	return value, there
}

// use makes a key the last used, with a value, and forgets one that is no longer recent.
func (r *recent[K, V]) use(key K, value V) {
	r.forget(key)
	r.found[key] = r.order.PushFront(entry[K, V]{key, value})
	if len(r.found) > r.most {
		r.forget(r.order.Back().Value.(entry[K, V]).key)
	}
}

func (r *recent[K, V]) forget(key K) {
	if element, there := r.found[key]; there {
		r.order.Remove(element)
		delete(r.found, key)
	}
}
