package main

import (
	"encoding/binary"
	"slices"
	"time"

	"resonant"
)

const (
	codedData, codedParity = 32, 8
	shardBytes             = 1200
)

// codes compares a Reed-Solomon code with a copy of its data, and adapt, which tries both quantizers in vain or is content
// with the first, with the quantizers alone.
func codes() (any, error) {
	code, err := resonant.NewReedSolomon(codedData, codedParity)
	if err != nil {
		return nil, err
	}
	data, into := make([]byte, codedData*shardBytes), make([]byte, codedData*shardBytes)
	for at := range data {
		data[at] = byte(at * 7)
	}
	shards := slices.Collect(slices.Chunk(data, shardBytes))
	parity, err := code.Encode(shards)
	if err != nil {
		return nil, err
	}
	received := slices.Concat(shards, parity)
	clear(received[:codedParity])
	times, err := median(rounds, calls,
		func() error { copy(into, data); return nil },
		func() error { _, err := code.Encode(shards); return err },
		func() error { _, err := code.Decode(received); return err },
	)
	if err != nil {
		return nil, err
	}
	speed := func(of time.Duration) float64 { return float64(calls*len(data)) / 1e9 / of.Seconds() }
	found := map[string]float64{
		"encode_gb_s": speed(times[1]), "decode_gb_s": speed(times[2]),
		"encode_of_copy": float64(times[0]) / float64(times[1]), "decode_of_copy": float64(times[0]) / float64(times[2]),
	}
	return found, adapting(found)
}

// adapting adds how many times as long as the quantizers that it tries adapt takes.
func adapting(found map[string]float64) error {
	data := make([]byte, 0, 2*elements)
	for at := range uint32(elements) {
		mixed := at * 2654435761
		data = binary.LittleEndian.AppendUint16(data, uint16(mixed>>18)&0x3fff|uint16(mixed>>2)&0x8000)
	}
	dims := []uint32{elements}
	adapt := func(tolerance int64) func() error {
		asked := resonant.Adaptation{Allow: []resonant.DType{resonant.F16, resonant.I8, resonant.Q4, resonant.SparseCOO}, Tolerance: tolerance}
		return func() error { _, err := resonant.Adapt(resonant.Float16, data, dims, asked); return err }
	}
	quantize := func(quantizer resonant.Quantizer) func() error {
		return func() error { _, _, err := resonant.Quantize(quantizer, resonant.Float16, data); return err }
	}
	times, err := median(rounds, 1, quantize(resonant.Int4), quantize(resonant.Int8), adapt(resonant.MaxTolerance), adapt(0))
	if err != nil {
		return err
	}
	found["adapt_q4"] = float64(times[2]) / float64(times[0])
	found["adapt_none"] = float64(times[3]) / float64(times[0]+times[1])
	return nil
}
