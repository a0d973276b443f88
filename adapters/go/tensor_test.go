package resonant_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"resonant"
)

func TestTheWorkedBlocksOfTheQuantizers(t *testing.T) { // specs/quant.md, section 5
	for _, one := range []struct {
		quantizer              resonant.Quantizer
		elements, codes, scale string
	}{
		{resonant.Int4, "003c00b80034922cdb3200bc0080", "c7029200", "9230"},
		{resonant.Int8, "003c00b80034081c0a2500bc0080", "7fc02000028100", "0820"},
		{resonant.Int4, "ff7b", "07", "9170"},
	} {
		codes, scale, err := resonant.Quantize(one.quantizer, resonant.Float16, unhex(t, one.elements))
		if err != nil || !bytes.Equal(codes, unhex(t, one.codes)) || !bytes.Equal(scale, unhex(t, one.scale)) {
			t.Errorf("%s: %x and %x, %v", one.elements, codes, scale, err)
		}
	}
}

// value is what a finite binary16 stands for, exactly.
func value(half uint16) *big.Rat {
	fraction, exponent := int64(half&1023), int(half>>10&31)
	if exponent > 0 {
		fraction |= 1024
	} else {
		exponent = 1
	}
	if half>>15 == 1 {
		fraction = -fraction
	}
	found := new(big.Rat).SetInt64(fraction)
	return found.Mul(found, new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(1), uint(exponent)), new(big.Int).Lsh(big.NewInt(1), 25)))
}

// nearest is the integer nearest to a quotient, ties to even.
func nearest(x *big.Rat) int64 {
	doubled := new(big.Rat).Mul(x, big.NewRat(2, 1))
	below := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: rounded down, as the denominator is positive
	switch middle := new(big.Rat).SetInt(new(big.Int).Add(new(big.Int).Lsh(below, 1), big.NewInt(1))); doubled.Cmp(middle) {
	case -1:
		return below.Int64()
	case 1:
		return below.Int64() + 1
	}
	return below.Int64() + below.Int64()&1
}

// TestCodesAreThoseOfExactArithmetic holds both quantizers against fractions, for blocks with every kind of scale.
func TestCodesAreThoseOfExactArithmetic(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	for round := range 600 {
		most := uint16(draw.IntN(0x7c00))
		if round < 64 {
			most = uint16(round) // the smallest subnormals, where scales become 0
		}
		data := make([]byte, 0, 64)
		for range 32 {
			data = binary.LittleEndian.AppendUint16(data, uint16(draw.IntN(int(most)+1))|uint16(draw.IntN(2))<<15)
		}
		for quantizer, q := range map[resonant.Quantizer]int64{resonant.Int4: 7, resonant.Int8: 127} {
			codes, scale, err := resonant.Quantize(quantizer, resonant.Float16, data)
			if err != nil {
				t.Fatal(err)
			}
			checkCodes(t, q, data, codes, binary.LittleEndian.Uint16(scale))
		}
	}
}

func checkCodes(t *testing.T, q int64, data, codes []byte, scale uint16) {
	t.Helper()
	for at := range len(data) / 2 {
		x := binary.LittleEndian.Uint16(data[2*at:])
		want := int64(0)
		if scale != 0 {
			want = max(-q, min(q, nearest(new(big.Rat).Quo(value(x), value(scale)))))
		}
		got := int64(int8(codes[at*len(codes)/32]))
		if q == 7 {
			got = int64(int8(codes[at/2]<<(4-at%2*4)) >> 4)
		}
		if got != want {
			t.Fatalf("0x%04x / 0x%04x has the code %d, not %d", x, scale, got, want)
		}
	}
}

// TestEveryHalfSurvivesBothWays takes every binary16 through binary32 and back, by the conversion of sources.
func TestEveryHalfSurvivesBothWays(t *testing.T) {
	for half := range 0x7c00 {
		exact, _ := value(uint16(half)).Float32()
		source := binary.LittleEndian.AppendUint32(nil, math.Float32bits(exact))
		one, oneScale, err := resonant.Quantize(resonant.Int8, resonant.Float32, source)
		if err != nil {
			t.Fatal(err)
		}
		other, otherScale, err := resonant.Quantize(resonant.Int8, resonant.Float16, binary.LittleEndian.AppendUint16(nil, uint16(half)))
		if err != nil || !bytes.Equal(one, other) || !bytes.Equal(oneScale, otherScale) {
			t.Fatalf("0x%04x: %x %x and %x %x, %v", half, one, oneScale, other, otherScale, err)
		}
	}
}

func TestTheWorkedSparseTensor(t *testing.T) { // specs/sparse.md
	dims, dense := []uint32{2, 3}, unhex(t, "0000003e000000c000800034")
	values, index, err := resonant.SparseEncode(dims, dense)
	if err != nil || !bytes.Equal(values, unhex(t, "003e00c00034")) {
		t.Fatalf("%x, %v", values, err)
	}
	if !bytes.Equal(index, unhex(t, "000000000100000001000000000000000100000002000000")) {
		t.Errorf("index %x", index)
	}
	again, err := resonant.SparseDecode(dims, values, []uint32{3, 2, 4}, index)
	if err != nil || !bytes.Equal(again, unhex(t, "0000003e000000c000000034")) {
		t.Errorf("%x, %v", again, err)
	}
}

func TestTensorsOfEveryFormBecomeDense(t *testing.T) {
	half := unhex(t, "003c00c0")
	for _, tensor := range []resonant.Tensor{
		{DType: resonant.F16, Dims: []uint32{2}, Payload: half},
		{DType: resonant.I8, Dims: []uint32{2}, Payload: []byte{1, 0xfe}},
		{DType: resonant.Q4, Dims: []uint32{2}, Payload: []byte{0xe1}},
		{DType: resonant.I8, Dims: []uint32{2}, Payload: []byte{2, 0xfc}, Scale: unhex(t, "0038")},
		{DType: resonant.SparseCOO, Dims: []uint32{2}, Payload: half, Index: unhex(t, "0000000001000000")},
	} {
		dense, err := tensor.Dense()
		if err != nil || !bytes.Equal(dense, half) {
			t.Errorf("%+v: %x, %v", tensor, dense, err)
		}
	}
}

func TestMessagesComeBackFromTheirFrames(t *testing.T) {
	f16 := resonant.Tensor{DType: resonant.F16, Dims: []uint32{1}, Payload: []byte{0, 0x3c}}
	i8 := resonant.Tensor{DType: resonant.I8, Dims: []uint32{1}, Payload: []byte{1}, Scale: []byte{0, 0x3c}}
	sparse := resonant.Tensor{DType: resonant.SparseCOO, Dims: []uint32{4}, Payload: []byte{}, Index: []byte{}}
	for _, message := range []resonant.Message{
		resonant.Think{Hidden: sparse},
		resonant.Cache{Keys: i8, Values: f16},
		resonant.Ask{Query: f16},
		resonant.Ask{Query: i8, Context: &f16},
		resonant.Sync{JSON: resonant.Object{"method": "é\x01\"", "n": int64(-1), "x": 1e300, "l": []any{true, nil}}},
		resonant.Heart{},
		resonant.Critique{Divergence: f16, Mask: []byte{1}, Explanation: resonant.Object{"magnitude": 1.5}},
	} {
		frame, err := resonant.NewFrame(message, resonant.Audio)
		if err != nil {
			t.Errorf("%+v: %v", message, err)
			continue
		}
		data, err := frame.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := resonant.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		read, err := resonant.ReadMessage(decoded)
		if err != nil || asJSON(t, read) != asJSON(t, message) {
			t.Errorf("%s became %s, %v", asJSON(t, message), asJSON(t, read), err)
		}
	}
}

// asJSON is a message as text, without the bytes of its JSON.
func asJSON(t *testing.T, message resonant.Message) string {
	switch m := message.(type) {
	case resonant.Sync:
		m.Text = nil
		message = m
	case resonant.Critique:
		m.ExplanationText = nil
		message = m
	}
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAMessageThatOthersWouldTakeForAnotherIsRefused(t *testing.T) {
	f16 := resonant.Tensor{DType: resonant.F16, Dims: []uint32{1}, Payload: []byte{0, 0x3c}}
	bare := resonant.Tensor{DType: resonant.I8, Dims: []uint32{1}, Payload: []byte{1}}
	if _, err := resonant.NewFrame(resonant.Ask{Query: bare, Context: &f16}, 0); !errors.Is(err, resonant.BadSlots) {
		t.Errorf("a context that is read as scales: %v", err)
	}
	braced := resonant.Tensor{DType: resonant.I8, Dims: []uint32{1}, Payload: []byte{'{'}}
	if _, err := resonant.NewFrame(resonant.Critique{Divergence: braced, Mask: []byte{'{'}}, 0); err == nil {
		t.Error("a mask that is read as an explanation is taken")
	}
}

func TestSpaceHashesAreNeverZero(t *testing.T) {
	hash, err := resonant.SpaceHash32("kimi-k2-embed", "k2", "2026-01") // testee.md, section 1
	if err != nil || hash != 718594533 {
		t.Errorf("%d, %v", hash, err)
	}
	for _, part := range []string{"", "a:b", "\xff"} {
		if _, err := resonant.SpaceHash32("a", part, "b"); !errors.Is(err, resonant.BadSpaceID) {
			t.Errorf("%q: %v", part, err)
		}
	}
}
