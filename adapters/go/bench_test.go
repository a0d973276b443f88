package resonant_test

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"resonant"
)

const benchedBytes = 60 << 10

func BenchmarkCRCAlone(b *testing.B) {
	data, err := plainOf(benchedBytes).MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		crc32.ChecksumIEEE(data)
	}
}

func BenchmarkDecode(b *testing.B) {
	data, err := plainOf(benchedBytes).MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	var decoder resonant.Decoder
	var frame resonant.Frame
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := decoder.Decode(&frame, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	frame := plainOf(benchedBytes)
	data, err := frame.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if data, err = frame.AppendBinary(data[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

// halves gives so many elements of binary16 that are finite and of both signs.
func halves(count int) []byte {
	draw := rand.New(rand.NewPCG(1, 1))
	data := make([]byte, 0, 2*count)
	for range count {
		data = binary.LittleEndian.AppendUint16(data, uint16(draw.IntN(0x4000))|uint16(draw.IntN(2))<<15)
	}
	return data
}

func benchmarkQuantize(b *testing.B, quantizer resonant.Quantizer) {
	data := halves(1 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, _, err := resonant.Quantize(quantizer, resonant.Float16, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuantizeQ4(b *testing.B) { benchmarkQuantize(b, resonant.Int4) }
func BenchmarkQuantizeI8(b *testing.B) { benchmarkQuantize(b, resonant.Int8) }

func BenchmarkDequantizeQ4(b *testing.B) {
	codes, scale, err := resonant.Quantize(resonant.Int4, resonant.Float16, halves(1<<20))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(2 << 20)
	for b.Loop() {
		if _, err := resonant.Dequantize(resonant.Int4, 1<<20, codes, scale); err != nil {
			b.Fatal(err)
		}
	}
}
