package tests

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"resonant/testeekit"
)

// connected gives a connection of a Listener and the other end of it.
func connected(t *testing.T) (*testeekit.Connection, *net.TCPConn) {
	t.Helper()
	listener, err := testeekit.Listen()
	if err != nil {
		t.Fatal(err)
	}
	to := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(listener.Port())}
	other, err := net.DialTCP("tcp4", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := net.DialTCP("tcp4", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []*net.TCPConn{stranger, other} { // whichever the runner speaks of first
		own, err := listener.Accept(uint16(one.LocalAddr().(*net.TCPAddr).Port))
		if err != nil {
			t.Fatal(err)
		}
		if one == other {
			t.Cleanup(func() { own.Close(); _, _ = other.Close(), stranger.Close() })
			return own, other
		}
	}
	return nil, nil
}

// taken gives what Take gives.
func taken(one *testeekit.Connection, arrived testeekit.Arrived) (string, testeekit.Ending, error) {
	var data []byte
	ending, err := one.Take(&arrived, func(more []byte) { data = append(data, more...) })
	return string(data), ending, err
}

func TestWhatHasArrivedIsTakenAndNoMore(t *testing.T) {
	own, other := connected(t)
	written := make(chan error, 1)
	go func() {
		_, err := other.Write([]byte("abc"))
		for _, rest := range []string{"d", "ef"} { // while it waits
			if err == nil {
				_, err = other.Write([]byte(rest))
			}
		}
		written <- err
	}()
	if data, ending, err := taken(own, testeekit.Arrived{Bytes: 5}); data != "abcde" || ending != testeekit.Open || err != nil {
		t.Errorf("%q, %v, %v", data, ending, err)
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if data, _, err := taken(own, testeekit.Arrived{Bytes: 5}); data != "" || err != nil {
		t.Errorf("taken twice: %q, %v", data, err)
	}
	if data, _, err := taken(own, testeekit.Arrived{Bytes: 6}); data != "f" || err != nil {
		t.Errorf("the rest: %q, %v", data, err)
	}
}

func TestEndsAreToldApart(t *testing.T) {
	for name, one := range map[string]struct {
		end  func(*net.TCPConn) error
		want testeekit.Ending
	}{
		"half":  {(*net.TCPConn).CloseWrite, testeekit.Stopped},
		"clean": {(*net.TCPConn).Close, testeekit.Stopped},
		"reset": {func(c *net.TCPConn) error { _ = c.SetLinger(0); return c.Close() }, testeekit.Broken},
	} {
		own, other := connected(t)
		if err := one.end(other); err != nil {
			t.Fatal(err)
		}
		if _, ending, err := taken(own, testeekit.Arrived{Ended: true}); ending != one.want || err != nil {
			t.Errorf("%s: %v, %v", name, ending, err)
		}
	}
}

func TestBytesThatCannotComeAnyMoreAreAnError(t *testing.T) {
	own, other := connected(t)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := taken(own, testeekit.Arrived{Link: "a", Bytes: 1}); err == nil {
		t.Error("no error")
	}
	own, other = connected(t)
	if _, err := other.Write([]byte("more")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := taken(own, testeekit.Arrived{Bytes: 1, Ended: true}); err == nil {
		t.Error("bytes in place of an end are no error")
	}
}

func TestWhatASlowReaderDoesNotTakeComesLaterAndBeforeTheEnd(t *testing.T) {
	own, other := connected(t)
	piece := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	var sum int64
	for range 4 { // more than the buffers of the system
		own.Send(piece)
		sum += int64(len(piece))
	}
	if own.Unsent() == 0 {
		t.Fatal("the system has taken it all")
	}
	if sent, more := own.Sent(); sent != sum || !more {
		t.Errorf("%d bytes were sent, %v", sent, more)
	}
	if _, more := own.Sent(); more {
		t.Error("told twice")
	}
	own.Close()
	if err := other.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(other); err != nil || !bytes.Equal(data, bytes.Repeat(piece, 4)) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

func TestWhoClosesWithBytesUnreadDoesNotTakeBackWhatItSent(t *testing.T) {
	own, other := connected(t)
	if _, err := other.Write(make([]byte, 1<<16)); err != nil {
		t.Fatal(err)
	}
	own.Send([]byte("goodbye"))
	own.Close()
	if data, err := io.ReadAll(other); err != nil || string(data) != "goodbye" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestArrivedAndLinksAreReadStrictly(t *testing.T) {
	for text, right := range map[string]bool{
		`{"arrived":{"link":"tcp-1","bytes":3}}`:          true,
		`{"arrived":{"link":"a","bytes":0,"ended":true}}`: true,
		`{}`:                                               true,
		`{"arrived":{"link":"a"}}`:                         false,
		`{"arrived":{"link":"","bytes":3}}`:                false,
		`{"arrived":{"link":"a_b","bytes":3}}`:             false,
		`{"arrived":{"link":"a","bytes":-1}}`:              false,
		`{"arrived":{"link":"a","bytes":1,"more":1}}`:      false,
		`{"arrived":{"link":"a","bytes":1,"ended":"yes"}}`: false,
		`{"arrived":[]}`:                                   false,
	} {
		in, err := testeekit.ReadInput([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		in.OptionalArrived()
		if err := in.Done(); (err == nil) != right {
			t.Errorf("%s: %v", text, err)
		}
	}
}
