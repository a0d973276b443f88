package peer

import (
	"time"

	"resonant"
)

const (
	maxQualities           = 1024 // ADA-16
	minControllerTolerance = 1024
	maxControllerTolerance = 1_048_576
	halvedAfter            = 10 * time.Second // ADA-19
	mostHalvings           = 24               // of a tolerance of 2^24
)

// Adaptive is how much error the tensors of adaptive messages may have, in 2^−24 of their energy: 0 for none, 16,777 for
// 30 dB below it, 167,772 for 20 dB, up to [resonant.MaxTolerance].
type Adaptive struct {
	Tolerance  int64
	Keys       *int64 // of a Cache; nil for Tolerance
	Values     *int64 // of a Cache; nil for Tolerance
	Controller bool   // the three follow the losses of this peer's streams
}

func (a *Adaptive) check() error {
	for _, one := range []*int64{&a.Tolerance, a.Keys, a.Values} {
		if one != nil && (*one < 0 || *one > resonant.MaxTolerance) {
			return refusal(resonant.FieldRange, "ADA-2", "a tolerance of %d", *one)
		}
	}
	return nil
}

// tolerances are those of a peer, and what the other peer said of its own.
type tolerances struct {
	own        Adaptive
	now        [3]int64 // of keys, of values, of every other tensor
	quietSince time.Duration
	qualities  recent[uint32, quality]
}

// quality is the one that counts for a stream_id.
type quality struct {
	seq       uint64
	tolerance int64
}

func newTolerances(own *Adaptive) *tolerances {
	if own == nil {
		return nil
	}
	found := &tolerances{own: *own, now: [3]int64{own.Tolerance, own.Tolerance, own.Tolerance}}
	if own.Keys != nil {
		found.now[0] = *own.Keys
	}
	if own.Values != nil {
		found.now[1] = *own.Values
	}
	found.end()
	return found
}

// begin starts with a session (ADA-17).
func (t *tolerances) begin(now time.Duration) {
	if !t.own.Controller {
		return
	}
	t.now, t.quietSince = newTolerances(&t.own).now, now
	for at, one := range t.now {
		t.now[at] = min(max(one, minControllerTolerance), maxControllerTolerance)
	}
}

// end forgets what was said in a session (ADA-16).
func (t *tolerances) end() { t.qualities = newRecent[uint32, quality](maxQualities) }

// hear takes a quality; that with the highest number counts (ADA-16).
func (t *tolerances) hear(streamID uint32, said quality) {
	if known, there := t.qualities.get(streamID); there && known.seq > said.seq {
		said = known
	}
	t.qualities.use(streamID, said)
}

// lost learns that frames of a stream were lost (ADA-18).
func (t *tolerances) lost(now time.Duration) {
	if !t.own.Controller {
		return
	}
	t.halve(now)
	t.quietSince = now
	for at, one := range t.now {
		t.now[at] = min(2*one, maxControllerTolerance)
	}
}

// halve halves as often as time has passed without a loss (ADA-19).
func (t *tolerances) halve(now time.Duration) {
	times := (now - t.quietSince) / halvedAfter
	t.quietSince += times * halvedAfter
	for at, one := range t.now {
		t.now[at] = max(one>>min(times, mostHalvings), minControllerTolerance)
	}
}

// of is that of a tensor of a message (ADA-12).
func (t *tolerances) of(streamID uint32, kind resonant.Type, place int, now time.Duration) int64 {
	if t.own.Controller {
		t.halve(now)
	}
	if kind != resonant.CacheType || place > 1 {
		place = 2
	}
	said, _ := t.qualities.get(streamID)
	return max(t.now[place], said.tolerance)
}
