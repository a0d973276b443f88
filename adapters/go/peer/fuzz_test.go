package peer_test

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"resonant"
	"resonant/peer"
)

var methods = []string{"ping", "capability", "error", "head", "tail", "reserved-x", "credit", "blocked", "done", "reset"}

// script reads a conversation from bytes that stand for nothing else.
type script struct{ left []byte }

func (s *script) byte() byte {
	if len(s.left) == 0 {
		return 0
	}
	one := s.left[0]
	s.left = s.left[1:]
	return one
}

// number is often small, sometimes near a limit, and sometimes as large as it can be.
func (s *script) number() uint64 {
	one := s.byte()
	switch one % 8 {
	case 6:
		return 1020 + uint64(s.byte())%8
	case 7:
		return ^uint64(0) - uint64(s.byte())%3
	}
	return uint64(one / 8)
}

// text is an object of Sync, often a good one.
func (s *script) text() []byte {
	number := func() string { return `"` + string(rune('0'+s.byte()%10)) + `"` }
	text := `{"method":"` + methods[int(s.byte())%len(methods)] + `","ts":0,"v":1,"agreed_proto":1,"d_model":1,` +
		`"embedding_space_id":"","space_hash32":0,"compress":["zstd","none"],"crypto":["none"],` +
		`"supports":{"critique":true,"dtype":["i8"]},"code":"STREAM_INCOMPLETE","message":"",` +
		`"ref":{"stream_id":` + string(rune('0'+s.byte()%5)) + `,"frame_seq":` + number() + `},"missing":[` + number() + `],"dir":"up"`
	if s.byte()%4 > 0 {
		text += `,"limit":` + number() + `,"mux":{"streams":2,"frames":16},"fec":["rs8"],"urgency":` + string(rune('0'+s.byte()%9))
	}
	if s.byte()%2 == 0 {
		text += `,"frames":` + number() + `,"total_len":` + number()
	}
	return []byte(text + `}`)
}

// datagram is a frame, with a right CRC more often than not.
func (s *script) datagram() []byte {
	frame := resonant.Frame{
		Type: resonant.Type(s.byte() % 5), Flags: resonant.Flags(s.byte()) & 4, StreamID: uint32(s.byte() % 5), FrameSeq: s.number(),
	}
	payload := []byte{1, 2, 3}
	if frame.Type == resonant.SyncType {
		payload = s.text()
	}
	if s.byte()%8 > 0 {
		frame.Slices = []resonant.Slice{{DType: resonant.I8, Dims: []uint32{uint32(len(payload))}, Payload: payload}}
	}
	data, err := frame.MarshalBinary()
	if err != nil {
		return nil
	}
	if where := int(s.byte()); where < 8 {
		data[where%len(data)] ^= s.byte()
		end := len(data) - 4
		binary.LittleEndian.PutUint32(data[end:], crc32.ChecksumIEEE(data[:end]))
	}
	return data
}

// FuzzPeer lets a peer of either role receive, send and wait, in any order.
func FuzzPeer(f *testing.F) {
	f.Add(true, []byte("\x00\x03\x00\x01\x00\x00\x00\x01\x09"))
	f.Add(false, []byte("\x00\x03\x00\x01\x00\x01\x00\x01\x09\x00\x03\x00\x03\x00\x03\x00\x01\x09"))
	f.Fuzz(func(t *testing.T, server bool, bytes []byte) {
		role := peer.Client
		if server {
			role = peer.Server
		}
		config := peer.AllFeatures()
		config.Mux = &peer.Mux{Streams: 2, Frames: 16}
		config.FEC, config.Repair = []string{peer.RS8}, &peer.Repairing{K: 2, R: 1, Step: 2}
		one, err := peer.New(role, config, peer.Salt{})
		if err != nil {
			t.Fatal(err)
		}
		s := &script{bytes}
		var now time.Duration
		sent := map[uint32]uint64{}
		_ = one.Ping(1, 0) // a server refuses it
		for len(s.left) > 0 {
			step(one, s, &now)
			checkSent(t, one, sent)
			for range one.Events() {
			}
			if at, there := one.Deadline(); there && at <= now {
				t.Fatalf("at %v a deadline of %v is still to be met", now, at)
			}
		}
	})
}

func step(one *peer.Peer, s *script, now *time.Duration) {
	streamID := uint32(s.byte() % 5)
	switch s.byte() % 12 {
	case 4:
		one.Receive(s.repair(streamID), *now)
	case 5:
		stepMux(one, s, streamID, *now)
	case 0:
		*now += time.Duration(s.byte()) * 200 * time.Millisecond
		one.Advance(*now)
	case 1:
		_ = one.Open(streamID, s.byte()%2 == 0, nil, *now)
	case 2:
		_ = one.Send(streamID, resonant.Type(s.byte()%5), 0, []resonant.Slice{{DType: resonant.I8, Dims: []uint32{1}, Payload: []byte{9}}}, *now)
	case 3:
		_ = one.Close(streamID, *now)
	default:
		one.Receive(s.datagram(), *now)
	}
}

// repair is of a group of frames that are sent by these scripts, sometimes.
func (s *script) repair(streamID uint32) []byte {
	frames := make([][]byte, 1+s.byte()%3)
	base := s.number()
	for at := range frames {
		frame := resonant.Frame{StreamID: streamID, FrameSeq: base + uint64(at), Slices: []resonant.Slice{
			{DType: resonant.I8, Dims: []uint32{3}, Payload: []byte{1, 2, 3}},
		}}
		data, err := frame.MarshalBinary()
		if err != nil {
			return nil
		}
		frames[at] = data
	}
	repair, err := resonant.EncodeRepair(resonant.RepairGroup{StreamID: streamID, Base: base, R: 2, Step: 1}, frames)
	if err != nil {
		return nil
	}
	data := repair[s.byte()%2]
	if where := int(s.byte()); where < len(data)-4 {
		data[where] ^= s.byte()
		end := len(data) - 4
		binary.LittleEndian.PutUint32(data[end:], crc32.ChecksumIEEE(data[:end]))
	}
	return data
}

func stepMux(one *peer.Peer, s *script, streamID uint32, now time.Duration) {
	switch s.byte() % 6 {
	case 0:
		_ = one.Hold(streamID, now)
	case 1:
		_ = one.Resume(streamID, now)
	case 2:
		_ = one.Cancel(streamID, now)
	case 3:
		_ = one.Reset(streamID, "A", now)
	case 4:
		one.Cork(now)
	default:
		one.Uncork(now)
	}
}

// checkSent sees that every frame can be decoded, and that numbers have no gaps (HSK-2).
func checkSent(t *testing.T, one *peer.Peer, sent map[uint32]uint64) {
	for datagram := range one.Datagrams() {
		if resonant.IsRepair(datagram) {
			if _, err := resonant.ReadRepair(datagram); err != nil {
				t.Fatalf("sent %x: %v", datagram, err)
			}
			continue
		}
		frame, err := resonant.Decode(datagram)
		if err != nil {
			t.Fatalf("sent %x: %v", datagram, err)
		}
		if next := sent[frame.StreamID]; frame.FrameSeq > next {
			t.Fatalf("frame %d of stream %d follows %d frames", frame.FrameSeq, frame.StreamID, next)
		} else if frame.FrameSeq == next {
			sent[frame.StreamID]++
		}
	}
}
