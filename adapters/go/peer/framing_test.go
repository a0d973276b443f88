package peer_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"testing"

	"resonant"
	"resonant/peer"
)

// framed are frames of these lengths behind their lengths, each of other bytes.
func framed(t testing.TB, lengths ...int) (data []byte, frames [][]byte) {
	t.Helper()
	for at, length := range lengths {
		frames = append(frames, bytes.Repeat([]byte{byte(at + 1)}, length))
		var err error
		if data, err = peer.AppendFramed(data, frames[at]); err != nil {
			t.Fatal(err)
		}
	}
	return data, frames
}

// split is what a Splitter finds in chunks.
func split(chunks ...[]byte) (frames [][]byte, held int, err error) {
	var splitter peer.Splitter
	for _, chunk := range chunks {
		err = splitter.Push(chunk, func(frame []byte) { frames = append(frames, bytes.Clone(frame)) })
	}
	return frames, splitter.Held(), err
}

func TestFramesAreFoundAtEverySplitPoint(t *testing.T) {
	data, want := framed(t, 33, 40, 33)
	for first := range data {
		for second := first; second <= len(data); second++ {
			frames, held, err := split(data[:first], data[first:second], data[second:])
			if !slices.EqualFunc(frames, want, bytes.Equal) || held != 0 || err != nil {
				t.Fatalf("cut at %d and %d: %x, %d held, %v", first, second, frames, held, err)
			}
		}
	}
	data, want = framed(t, 65_536, 60<<10, 33)
	frames, held, err := split(slices.Collect(slices.Chunk(data, 1))...)
	if !slices.EqualFunc(frames, want, bytes.Equal) || held != 0 || err != nil {
		t.Errorf("byte by byte: %d frames, %d held, %v", len(frames), held, err)
	}
}

func TestWrongLengthsEndAtTheirFourthByte(t *testing.T) {
	good, want := framed(t, 33)
	for length, code := range map[uint32]resonant.Code{
		0: resonant.FrameTooShort, 32: resonant.FrameTooShort, 33: "", 65_536: "",
		65_537: resonant.FrameTooLarge, 1<<32 - 1: resonant.FrameTooLarge,
		binary.LittleEndian.Uint32([]byte("GET ")):        resonant.FrameTooLarge,
		binary.LittleEndian.Uint32([]byte{0x16, 3, 1, 2}): resonant.FrameTooLarge, // a TLS hello
	} {
		prefix := binary.LittleEndian.AppendUint32(nil, length)
		for at := range prefix {
			behind := append(slices.Clone(prefix[at:]), good...)
			frames, held, err := split(append(slices.Clone(good), prefix[:at]...), behind[:4-at-1], behind[4-at-1:4-at])
			if code == "" {
				if err != nil || held != 4 {
					t.Errorf("%d: %d held, %v", length, held, err)
				}
				continue
			}
			more, _, _ := split(good, prefix, good)
			if !errors.Is(err, code) || held != 0 || !slices.EqualFunc(frames, want, bytes.Equal) || len(more) != 1 {
				t.Errorf("%d cut at %d: %d frames, %d held, %v", length, at, len(frames), held, err)
			}
		}
	}
}

func TestNoMemoryIsTakenForALength(t *testing.T) {
	huge, large := []byte{0xff, 0xff, 0xff, 0x7f}, []byte{0, 0, 1, 0, 1}
	const runs = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		_ = new(peer.Splitter).Push(large, func([]byte) {})
		_ = new(peer.Splitter).Push(huge, func([]byte) {})
	}
	runtime.ReadMemStats(&after)
	allocated := (after.TotalAlloc - before.TotalAlloc) / runs
	if allocated > 1024 {
		t.Errorf("%d bytes for a length alone", allocated)
	}
}

func TestBytesThatEndInsideOfAFrameAreTruncated(t *testing.T) {
	data, _ := framed(t, 33)
	for length := range len(data) + 1 {
		var splitter peer.Splitter
		if err := splitter.Push(data[:length], func([]byte) {}); err != nil {
			t.Fatal(err)
		}
		clean := length == 0 || length == len(data)
		if err := splitter.End(); errors.Is(err, peer.TruncatedFrame) == clean || clean && err != nil {
			t.Errorf("%d of %d bytes: %v", length, len(data), err)
		}
	}
}

func TestOnlyWholeFramesAreFramed(t *testing.T) {
	for length, code := range map[int]resonant.Code{32: resonant.FrameTooShort, 65_537: resonant.FrameTooLarge} {
		if data, err := peer.AppendFramed([]byte("x"), make([]byte, length)); !errors.Is(err, code) || string(data) != "x" {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// naive finds frames in all bytes at once.
func naive(data []byte) (frames [][]byte, left int, code resonant.Code) {
	for len(data) >= 4 {
		length := uint64(binary.LittleEndian.Uint32(data))
		if length < 33 {
			return frames, 0, resonant.FrameTooShort
		}
		if length > 65_536 {
			return frames, 0, resonant.FrameTooLarge
		}
		if uint64(len(data)) < 4+length {
			break
		}
		frames, data = append(frames, data[4:4+length]), data[4+length:]
	}
	return frames, len(data), ""
}

func FuzzSplitter(f *testing.F) {
	data, _ := framed(f, 33, 300, 34)
	for _, one := range [][]byte{data, data[:100], []byte("GET / HTTP/1.1\r\n"), {32, 0, 0, 0}, {}} {
		f.Add(one, []byte{1, 7, 0, 255})
	}
	f.Fuzz(func(t *testing.T, data, cuts []byte) {
		var chunks [][]byte
		rest := data
		for at := 0; len(rest) > 0 && at < len(cuts); at++ {
			cut := min(int(cuts[at]), len(rest))
			chunks, rest = append(chunks, rest[:cut]), rest[cut:]
		}
		frames, held, err := split(append(chunks, rest)...)
		want, left, code := naive(data)
		if !slices.EqualFunc(frames, want, bytes.Equal) || held != left || held > 65_540 || (err == nil) != (code == "") || !errors.Is(err, code) && code != "" {
			t.Errorf("%d frames, %d held, %v; expected %d, %d, %q", len(frames), held, err, len(want), left, code)
		}
	})
}
