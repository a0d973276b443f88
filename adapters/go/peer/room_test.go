package peer

import "testing"

// whole has all that waits go into one write.
func whole(pieces [][]byte) int { return len(pieces) }

func isClosed(room <-chan struct{}) bool {
	select {
	case <-room:
		return true
	default:
		return false
	}
}

func TestWhoWaitsForRoomIsToldOnceThreeQuartersAreWritten(t *testing.T) {
	box := newOutbox()
	for range 16 {
		box.put(make([]byte, fewBytes/16))
	}
	room := box.full()
	if room == nil {
		t.Fatal("1 MiB waits, and there is room")
	}
	if _, bytes := box.take(whole); bytes != fewBytes {
		t.Fatalf("%d bytes are taken", bytes)
	}
	box.wrote(fewBytes - leftBytes)
	if isClosed(room) {
		t.Errorf("there is room while %d bytes wait", leftBytes)
	}
	if box.full() != nil {
		t.Error("who asks when less than 1 MiB waits has to wait")
	}
	box.wrote(1)
	if !isClosed(room) {
		t.Errorf("there is no room while %d bytes wait", leftBytes-1)
	}
}

func TestWhoWaitsForRoomIsToldOfTheEnd(t *testing.T) {
	box := newOutbox()
	box.put(make([]byte, fewBytes))
	room := box.full()
	box.end()
	if !isClosed(room) || box.full() != nil {
		t.Error("the connection is over, and there is no room")
	}
}

func TestWhoWaitsForRoomIsToldByAConnectionThatCountsItself(t *testing.T) {
	box := newOutbox()
	box.waits(fewBytes)
	room := box.full()
	for _, step := range []struct {
		bytes int
		told  bool
	}{{leftBytes, false}, {fewBytes + 1, false}, {leftBytes - 1, true}} {
		if box.waits(step.bytes); isClosed(room) != step.told {
			t.Errorf("%d bytes wait; that there is room is told: %v", step.bytes, !step.told)
		}
	}
}
