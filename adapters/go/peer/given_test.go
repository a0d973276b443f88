package peer

import (
	"bytes"
	"slices"
	"testing"

	"resonant"
)

// framed is messages of these sizes behind their lengths, on stream_id 3 of a session.
func framed(t *testing.T, sizes ...int) (data []byte) {
	t.Helper()
	for at, size := range sizes {
		message := resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{uint32(size)}, Payload: bytes.Repeat([]byte{byte(at + 1)}, size)}}
		frame, err := resonant.NewFrame(message, resonant.Text)
		if err != nil {
			t.Fatal(err)
		}
		frame.StreamID, frame.FrameSeq = 3, uint64(at)
		encoded, err := frame.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if data, err = AppendFramed(data, encoded); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

func TestLargeFramesStayWhereTheyWereRead(t *testing.T) {
	for name, one := range map[string]struct {
		sizes []int
		stay  int // of them
	}{
		"large frames":                {[]int{30_000, 30_000, 30_000}, 3},
		"one in a buffer":             {[]int{30_000}, 0},
		"two that fill half of it":    {[]int{32_700, 32_700, largeBytes}, 3},
		"two that do not":             {[]int{32_700, 32_700}, 0},
		"a large one and small ones":  {[]int{30_000, 4500, 4500, 4500, 4500, 4500, 4500, 4500, 4500, 4500}, 0},
		"small ones":                  {slices.Repeat([]int{5_000}, 20), 0},
		"large ones among small ones": {[]int{300, 30_000, 300, 30_000, 30_000}, 3},
	} {
		client, server := sessionOverTCP(t)
		in := spareBuffer()
		next, held := server.receiveIn(in, copy(in.bytes, framed(t, one.sizes...)), 0)
		if stay := int(in.users.Load()); next == in && (stay != 1 || one.stay > 0) || next != in && stay != one.stay || held != 0 {
			t.Errorf("%s: %d stay in it, %d are held, the next is the same: %v", name, stay, held, next == in)
		}
		clear(next.bytes)
		var came []int
		for event := range server.Events() {
			if message, is := event.(Delivered); is {
				payload := message.Slices[0].Payload
				if !bytes.Equal(payload, bytes.Repeat([]byte{byte(len(came) + 1)}, len(payload))) {
					t.Errorf("%s: message %d is another", name, len(came))
				}
				came = append(came, len(payload))
			}
		}
		if len(came) != len(one.sizes) {
			t.Errorf("%s: %v came", name, came)
		}
		client.Close(0)
	}
}

func TestWhatIsHeldGoesToTheNextBuffer(t *testing.T) {
	for name, size := range map[string]int{"large frames, which stay in a buffer": 30_000, "small ones, in the same": 900} {
		_, server := sessionOverTCP(t)
		data := framed(t, slices.Repeat([]int{size}, 20)...)
		in, held, came := spareBuffer(), 0, 0
		for len(data) > 0 {
			length := copy(in.bytes[held:100_000], data)
			before := held
			if in, held = server.receiveIn(in, before+length, 0); held != server.came.split.Held() {
				t.Errorf("%s: %d held, or %d", name, held, server.came.split.Held())
			}
			data = data[length:]
			clear(in.bytes[held:])
		}
		for event := range server.Events() {
			message, is := event.(Delivered)
			if !is {
				continue
			}
			came++
			if payload := message.Slices[0].Payload; !bytes.Equal(payload, bytes.Repeat([]byte{byte(came)}, size)) {
				t.Errorf("%s: message %d is another", name, came)
			}
		}
		if came != 20 || held != 0 {
			t.Errorf("%s: %d came, %d held", name, came, held)
		}
	}
}

func TestFramesAreFoundBehindWhatIsHeld(t *testing.T) {
	want := [][]byte{bytes.Repeat([]byte{1}, 33), bytes.Repeat([]byte{2}, 40), bytes.Repeat([]byte{3}, 33)}
	var data []byte
	for _, frame := range want {
		data, _ = AppendFramed(data, frame)
	}
	for name, one := range map[string]struct {
		last []byte
		code resonant.Code
	}{"nothing wrong": {}, "a wrong length": {[]byte{32, 0, 0, 0}, resonant.FrameTooShort}} {
		whole := slices.Concat(data, one.last)
		for first := range whole {
			for second := first; second < len(whole); second++ {
				var splitter Splitter
				var frames [][]byte
				var err error
				for _, chunk := range [][]byte{whole[:first], whole[first:second], whole[second:]} {
					err = splitter.pushBehind(slices.Concat(splitter.held, chunk), func(frame []byte) { frames = append(frames, frame) })
				}
				if !slices.EqualFunc(frames, want, bytes.Equal) || splitter.Held() != 0 || (err == nil) != (one.code == "") || err != nil && codeOf(err) != one.code {
					t.Fatalf("%s, cut at %d and %d: %d frames, %d held, %v", name, first, second, len(frames), splitter.Held(), err)
				}
				if err := splitter.pushBehind(data, func([]byte) { frames = nil }); (err != nil) != (frames != nil) {
					t.Fatalf("%s: %v after all of it", name, err)
				}
			}
		}
	}
}

// sessionOverTCP is a client and a server that have shaken hands.
func sessionOverTCP(t *testing.T) (client, server *Connection) {
	t.Helper()
	return sessionWith(t, plain())
}

// plain is a configuration with which frames go as they are.
func plain() Config {
	config := AllFeatures()
	config.Compress = []string{None}
	return config
}

// sessionWith is sessionOverTCP with a configuration, of connections for which something is done first.
func sessionWith(t *testing.T, config Config, first ...func(*Connection)) (client, server *Connection) {
	t.Helper()
	client, err := NewConnection(Client, config, Salt{1}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if server, err = NewConnection(Server, config, Salt{2}, 0); err != nil {
		t.Fatal(err)
	}
	for _, do := range first {
		do(client)
		do(server)
	}
	if err := client.Do(0, func(one *Peer) error { return one.Ping(1, 0) }); err != nil {
		t.Fatal(err)
	}
	for data := range client.Bytes() {
		server.Receive(data, 0)
	}
	for data := range server.Bytes() {
		client.Receive(data, 0)
	}
	for range server.Events() {
	}
	return client, server
}
