package peer

import (
	"testing"
	"time"

	"resonant"
)

// half is a frame behind its length, in two parts, that the frame layer drops.
func half() (first, rest []byte) {
	whole := append([]byte{33, 0, 0, 0}, make([]byte, 33)...)
	return whole[:20], whole[20:]
}

func ended(one *Connection) (codes []resonant.Code) {
	for event := range one.Events() {
		if end, is := event.(Ended); is {
			codes = append(codes, end.Code)
		}
	}
	return codes
}

func TestWhatIsThereBeforeSilenceIsJudgedWasInTime(t *testing.T) {
	first, rest := half()
	for name, one := range map[string]struct {
		on   Carriage
		over bool
	}{"TCP": {Main, false}, "main": {Main, true}, "a uni": {2, true}} {
		made := NewConnection
		if one.over {
			made = NewQUICConnection
		}
		conn, err := made(Client, AllFeatures(), Salt{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		receive := conn.Receive
		if one.over {
			receive = func(data []byte, now time.Duration) { conn.ReceiveOn(one.on, data, now) }
		}
		receive(first, time.Second)
		receive(rest, 12*time.Second)
		if conn.Advance(12 * time.Second); len(ended(conn)) > 0 || conn.came.split.Held() > 0 {
			t.Errorf("%s: it has ended", name)
		}
		receive(first, 20*time.Second)
		receive(nil, 31*time.Second)
		if at, _ := conn.Deadline(); at != 30*time.Second {
			t.Errorf("%s: a deadline at %v", name, at)
		}
		if conn.Advance(31 * time.Second); one.on == Main && !conn.Ended() {
			t.Errorf("%s: it goes on", name)
		}
	}
}

func TestTimesBeginAnewOnceAConnectionIsReadAgain(t *testing.T) {
	conn, err := NewConnection(Server, AllFeatures(), Salt{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := half()
	conn.Receive(first, 9*time.Second)
	conn.hold(10 * time.Second)
	if conn.Advance(time.Hour); conn.Ended() {
		t.Error("it has ended while nothing was read")
	}
	conn.release(time.Hour)
	if conn.Advance(time.Hour + frameTimeout - 1); conn.Ended() {
		t.Error("it has ended too early")
	}
	if conn.Advance(time.Hour + frameTimeout); !conn.Ended() {
		t.Error("it goes on")
	}
}

func TestAProgramThatStoodStillLooksBeforeItJudges(t *testing.T) {
	wire, err := onStreams(Server, AllFeatures(), nil)
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now()
	for _, one := range []struct {
		late   time.Duration
		judges bool
	}{
		{-1, false},
		{looking, true},               // as late as timers are
		{time.Minute, false},          // it has stood still
		{time.Minute + 1, false},      // another timer
		{time.Minute + looking, true}, // it has looked
		{2 * time.Minute, false},      // again
	} {
		if wire.judges(deadline, deadline.Add(one.late)) != one.judges {
			t.Errorf("%v late", one.late)
		}
	}
	wire.timer.Stop()
}
