package resonant_test

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"reflect"
	"testing"

	"resonant"
)

var (
	_ encoding.BinaryMarshaler   = (*resonant.Frame)(nil)
	_ encoding.BinaryAppender    = (*resonant.Frame)(nil)
	_ encoding.BinaryUnmarshaler = (*resonant.Frame)(nil)
)

// workedPlain is the frame of specs/frame.md, section 7.
const workedPlain = "010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b"

// workedSealed is the frame of specs/transform.md, section 3.
const workedSealed = "01010300785600000700000000000000010000000000000020000000d202964902" +
	"404142434445464748494a4b341b4e4f0700000000000000812cd78e2ddbb21cda9b72aa2ed488c2ec929d" +
	"7a3813dd7f3d67a58e62d409000520f97be0cbaa"

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func worked() *resonant.Frame {
	return &resonant.Frame{
		Type: resonant.ThinkType, StreamID: 0x1234, FrameSeq: 1,
		Slices: []resonant.Slice{{DType: resonant.F16, Dims: []uint32{2}, Payload: []byte{0, 0x3c, 0, 0xc0}}},
	}
}

func testKey() *resonant.Key {
	key := new(resonant.Key)
	for at := range key {
		key[at] = byte(at)
	}
	return key
}

func TestTheWorkedFrameIsReadAndWritten(t *testing.T) {
	data := unhex(t, workedPlain)
	frame, err := resonant.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	want := worked()
	if frame.StreamID != want.StreamID || frame.FrameSeq != 1 || !reflect.DeepEqual(frame.Slices, want.Slices) {
		t.Errorf("decoded as %+v", frame)
	}
	written, err := want.AppendBinary([]byte("before"))
	if err != nil || !bytes.Equal(written, append([]byte("before"), data...)) {
		t.Errorf("written as %x, %v", written, err)
	}
}

func TestTheWorkedSealedFrameIsReadAndWritten(t *testing.T) {
	data := unhex(t, workedSealed)
	decoder := resonant.Decoder{Key: testKey()}
	var frame resonant.Frame
	if err := decoder.Decode(&frame, data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(frame.Slices[0].Payload, make([]byte, 32)) {
		t.Errorf("opened as %x", frame.Slices[0].Payload)
	}
	encoder := resonant.Encoder{Key: testKey(), Nonce: (*resonant.Nonce)(data[33:57])}
	again, err := encoder.Append(nil, &frame)
	if err != nil {
		t.Fatal(err)
	}
	var second resonant.Frame
	if err := (&resonant.Decoder{Key: testKey()}).Decode(&second, again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(second.Slices, frame.Slices) {
		t.Error("another frame came back")
	}
	if _, err := resonant.Decode(data); !errors.Is(err, resonant.KeyRequired) {
		t.Errorf("without a key: %v", err)
	}
}

func TestARefusalHasItsCodeAndClause(t *testing.T) {
	_, err := resonant.Decode(unhex(t, workedPlain)[:40])
	var refusal *resonant.Error
	if !errors.As(err, &refusal) || refusal.Code != resonant.CRCMismatch || refusal.Clause != "FRM-24" {
		t.Errorf("refused with %v", err)
	}
	if !errors.Is(err, resonant.CRCMismatch) || errors.Is(err, resonant.BadType) {
		t.Error("errors.Is does not find the code")
	}
	var code resonant.Code
	if !errors.As(err, &code) || code != resonant.CRCMismatch {
		t.Error("errors.As does not find the code")
	}
}

func TestADecodedFrameOfItsOwnOutlivesItsBytes(t *testing.T) {
	data := unhex(t, workedPlain)
	frame, err := resonant.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	if !reflect.DeepEqual(frame.Slices, worked().Slices) {
		t.Error("the slices changed with the bytes")
	}
}

func TestARefusedFrameLeavesNothing(t *testing.T) {
	var decoder resonant.Decoder
	frame := worked()
	broken := unhex(t, workedPlain)
	broken = append(broken[:43], 9) // one byte after the last slice
	broken = binary.LittleEndian.AppendUint32(broken, crc32.ChecksumIEEE(broken))
	if err := decoder.Decode(frame, broken); !errors.Is(err, resonant.TrailingBytes) {
		t.Fatal(err)
	}
	if frame.StreamID != 0 || len(frame.Slices) != 0 {
		t.Errorf("left: %+v", frame)
	}
}

func TestAnEncoderThatRefusesGivesTheBytesBack(t *testing.T) {
	for code, change := range map[resonant.Code]func(*resonant.Frame){
		resonant.BadType:        func(f *resonant.Frame) { f.Type = 5 },
		resonant.ReservedFlags:  func(f *resonant.Frame) { f.Flags = 8 },
		resonant.BadModality:    func(f *resonant.Frame) { f.Modality = 5 },
		resonant.BadDType:       func(f *resonant.Frame) { f.Slices[0].DType = 4 },
		resonant.BadRank:        func(f *resonant.Frame) { f.Slices[0].Dims = make([]uint32, 256) },
		resonant.LengthMismatch: func(f *resonant.Frame) { f.Slices[0].Dims[0] = 1 << 31 },
		resonant.KeyRequired:    func(f *resonant.Frame) { f.Flags = resonant.XCHACHA },
	} {
		frame := worked()
		change(frame)
		data, err := frame.AppendBinary([]byte{1, 2})
		if !errors.Is(err, code) || !bytes.Equal(data, []byte{1, 2}) {
			t.Errorf("%s: %x, %v", code, data, err)
		}
	}
}

func TestALevelOutOfRangeIsRefused(t *testing.T) {
	for _, level := range []int{-1, 23} {
		if _, err := resonant.Compress(nil, level); !errors.Is(err, resonant.FieldRange) {
			t.Errorf("level %d: %v", level, err)
		}
	}
}

// plainOf gives a frame of so many bytes with one I8 slice.
func plainOf(size int) *resonant.Frame {
	payload := make([]byte, size-33-4-6)
	for at := range payload {
		payload[at] = byte(at * 7)
	}
	slice := resonant.Slice{DType: resonant.I8, Dims: []uint32{uint32(len(payload))}, Payload: payload}
	return &resonant.Frame{Type: resonant.ThinkType, Slices: []resonant.Slice{slice}}
}

func TestReusedMemoryIsAllThatDecodingAndEncodingTake(t *testing.T) {
	frame := plainOf(60 << 10)
	data, err := frame.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var decoder resonant.Decoder
	var into resonant.Frame
	if taken := testing.AllocsPerRun(100, func() {
		if err := decoder.Decode(&into, data); err != nil {
			t.Fatal(err)
		}
	}); taken != 0 {
		t.Errorf("decoding takes memory %v times", taken)
	}
	if taken := testing.AllocsPerRun(100, func() {
		if data, err = frame.AppendBinary(data[:0]); err != nil {
			t.Fatal(err)
		}
	}); taken != 0 {
		t.Errorf("encoding takes memory %v times", taken)
	}
}

func TestAHugeAnnouncementTakesNoMemory(t *testing.T) {
	header := make([]byte, 33)
	header[0] = 1
	binary.LittleEndian.PutUint64(header[16:], 1<<62)
	binary.LittleEndian.PutUint32(header[29:], crc32.ChecksumIEEE(header[:29]))
	bomb := unhex(t, "28b52ffde0ffffffffffffff7f010000") // announces 2^63 − 1 bytes
	dims := []uint32{1 << 31, 1 << 31, 255, 1 << 31}
	for name, attempt := range map[string]func() error{
		"slices":  func() error { _, err := resonant.Decode(header); return err },
		"zstd":    func() error { _, err := resonant.Decompress(bomb); return err },
		"sparse":  func() error { _, err := resonant.SparseDecode(dims, nil, []uint32{0, 4, 4}, nil); return err },
		"dequant": func() error { _, err := resonant.Dequantize(resonant.Int8, 1<<62, nil, nil); return err },
	} {
		result := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if attempt() == nil {
					b.Fatal("it was taken")
				}
			}
		})
		if result.AllocedBytesPerOp() > 4096 {
			t.Errorf("%s: %d bytes", name, result.AllocedBytesPerOp())
		}
	}
}
