package peer

import (
	"testing"
	"time"

	"resonant"
)

func TestAControllerFollowsLosses(t *testing.T) {
	keys := int64(156)
	found := newTolerances(&Adaptive{Tolerance: 16_777, Keys: &keys, Controller: true})
	found.begin(0)
	if got := found.of(3, resonant.CacheType, 0, 0); got != 1024 {
		t.Error("keys", got)
	}
	for second := range 3 {
		found.lost(time.Duration(second+1) * time.Second)
	}
	for _, one := range []struct{ ms, want int64 }{
		{12_999, 134_216}, {13_000, 67_108}, {23_000, 33_554}, {73_000, 1048}, {83_000, 1024}, {1 << 40, 1024},
	} {
		if got := found.of(5, resonant.ThinkType, 0, time.Duration(one.ms)*time.Millisecond); got != one.want {
			t.Error(one, got)
		}
	}
	for range 20 {
		found.lost(1 << 40 * time.Millisecond)
	}
	if got := found.of(5, resonant.ThinkType, 0, 1<<40*time.Millisecond); got != 1_048_576 {
		t.Error(got)
	}
}

func TestQualitiesCountByTheirNumbers(t *testing.T) {
	found := newTolerances(&Adaptive{})
	found.hear(3, quality{2, 156})
	found.hear(3, quality{1, 999})
	if got := found.of(3, resonant.ThinkType, 0, 0); got != 156 {
		t.Error(got)
	}
	for streamID := range uint32(maxQualities) {
		found.hear(100+streamID, quality{1, 7})
	}
	if got := found.of(3, resonant.ThinkType, 0, 0); got != 0 {
		t.Error("the oldest of too many is kept", got)
	}
}
