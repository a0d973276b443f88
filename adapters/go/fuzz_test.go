package resonant_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"resonant"
)

// FuzzDecode decodes anything, and whatever else with a right CRC. What is accepted is encoded to the same bytes again.
func FuzzDecode(f *testing.F) {
	f.Add(unhex(f, workedPlain))
	f.Add(unhex(f, workedSealed))
	for _, flags := range []resonant.Flags{resonant.ZSTD, resonant.XCHACHA, resonant.ZSTD | resonant.XCHACHA} {
		frame := worked()
		frame.Flags = flags
		encoder := resonant.Encoder{Key: testKey(), Nonce: new(resonant.Nonce)}
		data, err := encoder.Append(nil, frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		decodeOnce(t, data)
		if len(data) > 4 {
			closed := bytes.Clone(data)
			end := len(closed) - 4
			binary.LittleEndian.PutUint32(closed[end:], crc32.ChecksumIEEE(closed[:end]))
			decodeOnce(t, closed)
		}
	})
}

func decodeOnce(t *testing.T, data []byte) {
	decoder := resonant.Decoder{Key: testKey()}
	var frame resonant.Frame
	err := decoder.Decode(&frame, data)
	if err != nil {
		mustBeRefusal(t, err)
		return
	}
	if _, err := resonant.ReadMessage(&frame); err != nil {
		mustBeRefusal(t, err)
	}
	plain := frame
	plain.Flags &^= resonant.ZSTD | resonant.XCHACHA
	again, err := plain.MarshalBinary()
	if err != nil {
		t.Fatalf("a frame that was decoded is not encoded: %v", err)
	}
	if plain.Flags == frame.Flags && !bytes.Equal(again, data) {
		t.Fatalf("%x became %x", data, again)
	}
}

func mustBeRefusal(t *testing.T, err error) {
	t.Helper()
	var refusal *resonant.Error
	if !errors.As(err, &refusal) || refusal.Code == "" || refusal.Clause == "" {
		t.Fatalf("%v has no code", err)
	}
}

// FuzzDecompress compares what is taken with its announcement, and packs it again.
func FuzzDecompress(f *testing.F) {
	f.Add(unhex(f, "28b52ffd2026300000020120000000030100"+"00")) // specs/transform.md, section 3
	f.Add(unhex(f, "28b52ffd2000010000"))
	packed, err := resonant.Compress(bytes.Repeat([]byte("resonant "), 99), 19)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Fuzz(func(t *testing.T, body []byte) {
		plain, err := resonant.Decompress(body)
		if err != nil {
			mustBeRefusal(t, err)
			return
		}
		again, err := resonant.Compress(plain, 1)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := resonant.Decompress(again); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("%x came back as %x, %v", plain, back, err)
		}
	})
}

// FuzzMessage reads messages of slices that no decoder has seen.
func FuzzMessage(f *testing.F) {
	f.Add(uint8(4), uint8(2), uint8(1), uint32(3), uint32(1), []byte{1, 2, 3}, []byte(`{"note":"a\ud83d\ude00"}`))
	f.Add(uint8(0), uint8(16), uint8(2), uint32(1<<31), uint32(1<<31), []byte{0, 1}, make([]byte, 8))
	f.Add(uint8(3), uint8(2), uint8(1), uint32(9), uint32(0), []byte(`{"a":[1]}`), []byte{})
	f.Fuzz(func(t *testing.T, kind, one, other uint8, dim, next uint32, payload, second []byte) {
		frame := &resonant.Frame{Type: resonant.Type(kind), Slices: []resonant.Slice{
			{DType: resonant.DType(one), Dims: []uint32{dim, next}, Payload: payload},
			{DType: resonant.DType(other), Dims: []uint32{uint32(len(second))}, Payload: second},
		}}
		message, err := resonant.ReadMessage(frame)
		if err != nil {
			mustBeRefusal(t, err)
			return
		}
		if think, is := message.(resonant.Think); is {
			if _, err := think.Hidden.Dense(); err != nil {
				mustBeRefusal(t, err)
			}
		}
	})
}

// FuzzQuantize quantizes anything, and takes codes and scales back.
func FuzzQuantize(f *testing.F) {
	f.Add(true, uint8(0), []byte{0, 0x3c, 0, 0xc0}, []byte{0, 0x3c})
	f.Add(false, uint8(1), []byte{0, 0, 0x80, 0x3f}, []byte{})
	f.Fuzz(func(t *testing.T, four bool, source uint8, data, scale []byte) {
		quantizer := resonant.Int8
		if four {
			quantizer = resonant.Int4
		}
		from := resonant.Source(source % 3)
		codes, scales, err := resonant.Quantize(quantizer, from, data)
		if err != nil {
			mustBeRefusal(t, err)
			return
		}
		width := 2
		if from == resonant.Float32 {
			width = 4
		}
		count := uint64(len(data) / width)
		if dense, err := resonant.Dequantize(quantizer, count, codes, scales); err != nil || uint64(len(dense)) != 2*count {
			t.Fatalf("%d elements came back as %d bytes, %v", count, len(dense), err)
		}
		if _, err := resonant.Dequantize(quantizer, count, codes, scale); err != nil {
			mustBeRefusal(t, err)
		}
	})
}

// FuzzSparse makes tensors dense; what is taken is the same when it comes back.
func FuzzSparse(f *testing.F) {
	f.Add(uint32(2), uint32(3), []byte{0, 0x3e}, []byte{0, 0, 0, 0, 1, 0, 0, 0})
	f.Add(uint32(1<<31), uint32(1<<31), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, one, other uint32, values, index []byte) {
		dims := []uint32{one, other}
		dense, err := resonant.SparseDecode(dims, values, []uint32{uint32(len(values) / 2), 2, 4}, index)
		if err != nil {
			mustBeRefusal(t, err)
			return
		}
		kept, places, err := resonant.SparseEncode(dims, dense)
		if err != nil {
			t.Fatal(err)
		}
		again, err := resonant.SparseDecode(dims, kept, []uint32{uint32(len(kept) / 2), 2, 4}, places)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(dense); at += 2 { // −0 has become 0
			if a, b := binary.LittleEndian.Uint16(dense[at:]), binary.LittleEndian.Uint16(again[at:]); a != b && a != 0x8000 {
				t.Fatalf("element %d: 0x%04x and 0x%04x", at/2, a, b)
			}
		}
	})
}
