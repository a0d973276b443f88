package resonant_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"sort"
	"testing"

	"resonant"
)

var everyForm = []resonant.DType{resonant.F16, resonant.I8, resonant.Q4, resonant.SparseCOO}

// workedTensor is that of adaptive.md, section 4, of dims [4, 8].
func workedTensor() []byte {
	var data []byte
	for range 4 {
		for _, bits := range []uint16{0x3c00, 0xb800, 0x3400, 0x2c92, 0x32db, 0xbc00, 0x8000, 0} {
			data = binary.LittleEndian.AppendUint16(data, bits)
		}
	}
	return data
}

func TestTheWorkedChoice(t *testing.T) {
	data, dims := workedTensor(), []uint32{4, 8}
	quantized := []resonant.DType{resonant.I8, resonant.Q4}
	for _, one := range []struct {
		asked resonant.Adaptation
		dtype resonant.DType
		code  resonant.Code
	}{
		{resonant.Adaptation{Allow: everyForm, Tolerance: 0}, resonant.F16, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 155}, resonant.F16, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 156}, resonant.I8, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 117_492}, resonant.I8, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 117_493}, resonant.Q4, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 1 << 24}, resonant.Q4, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 117_493, Budget: new(int64(42))}, resonant.Q4, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 117_493, Budget: new(int64(41))}, 0, resonant.Budget},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 155, Budget: new(int64(78))}, resonant.F16, ""},
		{resonant.Adaptation{Allow: everyForm, Tolerance: 155, Budget: new(int64(77))}, 0, resonant.Budget},
		{resonant.Adaptation{Allow: quantized, Tolerance: 156}, resonant.I8, ""},
		{resonant.Adaptation{Allow: quantized, Tolerance: 155}, 0, resonant.Tolerance},
		{resonant.Adaptation{Allow: quantized, Tolerance: 155, Budget: new(int64(0))}, 0, resonant.Tolerance},
		{resonant.Adaptation{Allow: []resonant.DType{resonant.SparseCOO}, Tolerance: 0, Budget: new(int64(272))}, resonant.SparseCOO, ""},
		{resonant.Adaptation{Allow: []resonant.DType{resonant.SparseCOO}, Tolerance: 0, Budget: new(int64(271))}, 0, resonant.Budget},
		{resonant.Adaptation{Tolerance: 1 << 24}, 0, resonant.Tolerance},
	} {
		tensor, err := resonant.Adapt(resonant.Float16, data, dims, one.asked)
		if one.code != "" && !errors.Is(err, one.code) || one.code == "" && err != nil || tensor.DType != one.dtype {
			t.Errorf("%+v: %s, %v", one.asked, tensor.DType, err)
		}
	}
}

func TestAChoiceHasWhatQuantizeAndSparseEncodeGive(t *testing.T) {
	data, dims := workedTensor(), []uint32{4, 8}
	for dtype, quantizer := range map[resonant.DType]resonant.Quantizer{resonant.I8: resonant.Int8, resonant.Q4: resonant.Int4} {
		tensor, err := resonant.Adapt(resonant.Float16, data, dims, resonant.Adaptation{Allow: []resonant.DType{dtype}, Tolerance: 1 << 24})
		codes, scale, _ := resonant.Quantize(quantizer, resonant.Float16, data)
		if err != nil || !bytes.Equal(tensor.Payload, codes) || !bytes.Equal(tensor.Scale, scale) {
			t.Errorf("%s: %+v, %v", dtype, tensor, err)
		}
	}
	tensor, err := resonant.Adapt(resonant.Float16, data, dims, resonant.Adaptation{Allow: []resonant.DType{resonant.SparseCOO}})
	values, index, _ := resonant.SparseEncode(dims, data)
	if err != nil || !bytes.Equal(tensor.Payload, values) || !bytes.Equal(tensor.Index, index) {
		t.Errorf("%+v, %v", tensor, err)
	}
	tensor, err = resonant.Adapt(resonant.Float16, data, dims, resonant.Adaptation{Allow: everyForm})
	if err != nil || !bytes.Equal(tensor.Payload, data) || &tensor.Payload[0] == &data[0] {
		t.Errorf("%+v, %v", tensor, err)
	}
}

// sums are Σ(X − D)² and ΣX² of ADA-6 in integers of any size, over what Dequantize gives.
func sums(t *testing.T, quantizer resonant.Quantizer, data []byte) (wrong, energy *big.Int) {
	t.Helper()
	codes, scale, err := resonant.Quantize(quantizer, resonant.Float16, data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := resonant.Dequantize(quantizer, uint64(len(data)/2), codes, scale)
	if err != nil {
		t.Fatal(err)
	}
	wrong, energy = new(big.Int), new(big.Int)
	for at := 0; at < len(data); at += 2 {
		x, d := multiple(data[at:]), multiple(again[at:])
		energy.Add(energy, new(big.Int).Mul(x, x))
		d.Sub(x, d)
		wrong.Add(wrong, d.Mul(d, d))
	}
	return wrong, energy
}

// multiple gives a binary16 in 2^−24, by its definition.
func multiple(half []byte) *big.Int {
	bits := binary.LittleEndian.Uint16(half)
	fraction, exponent := int64(bits&0x3ff), uint(bits>>10&31)
	if exponent > 0 {
		fraction, exponent = fraction|0x400, exponent-1
	}
	if bits>>15 == 1 {
		fraction = -fraction
	}
	return new(big.Int).Lsh(big.NewInt(fraction), exponent)
}

// Sums over many blocks, tiny elements and great ones, judged one below the least tolerance and at it.
func TestTheThresholdIsExact(t *testing.T) {
	spread := func(count int, from, to uint16) (data []byte) {
		for at, bytes := 0, halves(count); at < len(bytes); at += 2 {
			bits := binary.LittleEndian.Uint16(bytes[at:])
			data = binary.LittleEndian.AppendUint16(data, bits&0x8000|from+bits&0x7fff%(to-from))
		}
		return data
	}
	for name, data := range map[string][]byte{
		"any": spread(5000, 0, 0x7c00), "subnormal": spread(100, 0, 0x400), "great": spread(70_000, 0x7b00, 0x7c00),
		"one": {0, 0x3c}, "least": {1, 0}, "last block of one": spread(33, 0x3000, 0x4000), "many": spread(300_000, 0x2000, 0x3c00),
	} {
		for dtype, quantizer := range map[resonant.DType]resonant.Quantizer{resonant.I8: resonant.Int8, resonant.Q4: resonant.Int4} {
			asked := resonant.Adaptation{Allow: []resonant.DType{dtype}}
			wrong, energy := sums(t, quantizer, data)
			exactlyEnough := func(tolerance int64) bool {
				allowed := new(big.Int).Mul(energy, big.NewInt(tolerance))
				return allowed.Cmp(new(big.Int).Lsh(wrong, 24)) >= 0
			}
			high := int64(sort.Search(1<<24, func(tolerance int) bool { return exactlyEnough(int64(tolerance)) }))
			for asked.Tolerance = max(0, high-1); asked.Tolerance <= high; asked.Tolerance++ {
				_, err := resonant.Adapt(resonant.Float16, data, []uint32{uint32(len(data) / 2)}, asked)
				want := exactlyEnough(asked.Tolerance)
				if passed := err == nil; passed != want {
					t.Errorf("%s as %s at %d: %v", name, dtype, asked.Tolerance, err)
				}
			}
		}
	}
}

func TestTiesAndBytes(t *testing.T) {
	one := func(bits ...uint16) (data []byte) {
		for _, half := range bits {
			data = binary.LittleEndian.AppendUint16(data, half)
		}
		return data
	}
	zeros := make([]byte, 64)
	for name, given := range map[string]struct {
		data []byte
		dims []uint32
		want resonant.DType
	}{
		"empty":              {nil, []uint32{0}, resonant.F16},          // 10 bytes; 28, 20 and 20
		"zeros":              {zeros, []uint32{32}, resonant.SparseCOO}, // 28 bytes against 74, 54 and 38
		"zeros of rank 5":    {zeros, []uint32{2, 2, 2, 2, 2}, resonant.SparseCOO},
		"minus zeros":        {bytes.Repeat([]byte{0, 0x80}, 32), []uint32{32}, resonant.SparseCOO},
		"as many as F16":     {one(0x3c00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), []uint32{12}, resonant.Q4}, // 28, or 34, 34, 34
		"NaN":                {bytes.Repeat([]byte{0, 0x7e}, 32), []uint32{32}, resonant.F16},
		"infinity, mostly 0": {append(one(0xfc00), zeros...), []uint32{33}, resonant.SparseCOO},
	} {
		tensor, err := resonant.Adapt(resonant.Float16, given.data, given.dims, resonant.Adaptation{Allow: everyForm, Tolerance: 1 << 24})
		if err != nil || tensor.DType != given.want {
			t.Errorf("%s: %s, %v", name, tensor.DType, err)
		}
	}
	quantized := []resonant.DType{resonant.Q4, resonant.I8}
	tensor, err := resonant.Adapt(resonant.Float16, one(0x3c00), []uint32{1}, resonant.Adaptation{Allow: quantized, Tolerance: 1 << 24})
	if err != nil || tensor.DType != resonant.I8 { // both have 1 + 2 bytes
		t.Errorf("%s, %v", tensor.DType, err)
	}
	for _, bits := range []uint16{0x7c00, 0xfc00, 0x7e00, 0xfe01} {
		_, err = resonant.Adapt(resonant.Float16, one(bits), []uint32{1}, resonant.Adaptation{Allow: quantized, Tolerance: 1 << 24})
		if !errors.Is(err, resonant.Tolerance) {
			t.Errorf("0x%04x: %v", bits, err)
		}
	}
}

func TestOtherSourcesAreConvertedFirst(t *testing.T) {
	nan := uint32(0xffc00001)
	given := []uint32{math.Float32bits(65520), math.Float32bits(-1e30), nan, math.Float32bits(1.0 / (1 << 24)), 1 << 31}
	var floats, brains []byte
	for _, bits := range given {
		floats = binary.LittleEndian.AppendUint32(floats, bits)
		brains = binary.LittleEndian.AppendUint16(brains, uint16(bits>>16))
	}
	f16 := resonant.Adaptation{Allow: []resonant.DType{resonant.F16}}
	dims := []uint32{uint32(len(given))}
	tensor, err := resonant.Adapt(resonant.Float32, floats, dims, f16)
	if want := unhex(t, "007c00fc007e01000080"); err != nil || !bytes.Equal(tensor.Payload, want) {
		t.Errorf("%x, %v", tensor.Payload, err)
	}
	tensor, err = resonant.Adapt(resonant.BFloat16, brains, dims, f16) // cut off, 65520 is 65280
	if want := unhex(t, "f87b00fc007e01000080"); err != nil || !bytes.Equal(tensor.Payload, want) {
		t.Errorf("%x, %v", tensor.Payload, err)
	}
	long := make([]byte, 4*100_001) // several parts, and a last block of one element
	for at := 0; at < len(long); at += 4 {
		binary.LittleEndian.PutUint32(long[at:], math.Float32bits(float32(at)))
	}
	tensor, err = resonant.Adapt(resonant.Float32, long, []uint32{100_001}, f16)
	if err != nil || binary.LittleEndian.Uint16(tensor.Payload[2*16_000:]) != 0x7bd0 || tensor.Payload[2*100_000+1] != 0x7c {
		t.Errorf("%v, %x", err, tensor.Payload[2*16_000:][:2])
	}
}

func TestWhatCannotBeAdaptedIsRefused(t *testing.T) {
	half := []byte{0, 0x3c}
	for name, one := range map[string]struct {
		source resonant.Source
		data   []byte
		dims   []uint32
		asked  resonant.Adaptation
		code   resonant.Code
	}{
		"tolerance below 0":   {0, nil, []uint32{1}, resonant.Adaptation{Tolerance: -1}, resonant.FieldRange},
		"tolerance too great": {0, nil, []uint32{1}, resonant.Adaptation{Tolerance: 1<<24 + 1}, resonant.FieldRange},
		"budget below 0":      {0, half, []uint32{1}, resonant.Adaptation{Budget: new(int64(-1))}, resonant.FieldRange},
		"budget too great":    {0, half, []uint32{1}, resonant.Adaptation{Budget: new(int64(1 << 32))}, resonant.FieldRange},
		"unknown source":      {3, half, []uint32{1}, resonant.Adaptation{}, resonant.FieldRange},
		"unknown dtype":       {0, half, []uint32{1}, resonant.Adaptation{Allow: []resonant.DType{4}}, resonant.FieldRange},
		"no dims":             {0, half, nil, resonant.Adaptation{}, resonant.BadRank},
		"too few bytes":       {resonant.Float32, half, []uint32{1}, resonant.Adaptation{}, resonant.LengthMismatch},
		"wrapped product":     {0, nil, []uint32{1 << 31, 1 << 31, 4}, resonant.Adaptation{}, resonant.LengthMismatch},
		"nothing allowed":     {0, half, []uint32{1}, resonant.Adaptation{}, resonant.Tolerance},
	} {
		if _, err := resonant.Adapt(one.source, one.data, one.dims, one.asked); !errors.Is(err, one.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ExampleAdapt() {
	data := bytes.Repeat([]byte{0, 0x3c, 0, 0xc0}, 32)                                                               // 1 and −2 in binary16
	asked := resonant.Adaptation{Allow: []resonant.DType{resonant.F16, resonant.I8, resonant.Q4}, Tolerance: 16_777} // 30 dB
	tensor, err := resonant.Adapt(resonant.Float16, data, []uint32{2, 32}, asked)
	fmt.Println(tensor.DType, len(tensor.Payload), err)
	asked.Tolerance = 1 << 20
	tensor, err = resonant.Adapt(resonant.Float16, data, []uint32{2, 32}, asked)
	fmt.Println(tensor.DType, len(tensor.Payload), err)
	// Output:
	// i8 64 <nil>
	// q4 32 <nil>
}

func benchmarkAdapt(b *testing.B, tolerance int64, want resonant.DType) {
	data := halves(1 << 20)
	asked := resonant.Adaptation{Allow: everyForm, Tolerance: tolerance}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if tensor, err := resonant.Adapt(resonant.Float16, data, []uint32{1 << 20}, asked); err != nil || tensor.DType != want {
			b.Fatal(tensor.DType, err)
		}
	}
}

func BenchmarkAdaptToQ4(b *testing.B)  { benchmarkAdapt(b, 1<<24, resonant.Q4) }
func BenchmarkAdaptToF16(b *testing.B) { benchmarkAdapt(b, 0, resonant.F16) }
