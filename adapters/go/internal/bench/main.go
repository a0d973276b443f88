// Bench prints one line of JSON about what the module costs: `bench frame`, `bench quant`, `bench codes` or `bench tcp`.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"resonant"
)

const (
	payloadBytes = 60 << 10
	rounds       = 25
	calls        = 200 // of one round
	elements     = 1 << 20
)

func main() {
	runtime.MemProfileRate = 0 // as in any program without `testing`, for which allocations are sampled
	measured := map[string]func() (any, error){"frame": frame, "quant": quant, "codes": codes, "tcp": tcp}
	if len(os.Args) != 2 || measured[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: bench frame|quant|codes|tcp")
		os.Exit(2)
	}
	figures, err := measured[os.Args[1]]()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(figures)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// median times some kinds of work in turn, so that they have the same machine, and gives the median round of each.
func median(rounds, calls int, work ...func() error) ([]time.Duration, error) {
	times := make([][]time.Duration, len(work))
	for range rounds {
		for at, call := range work {
			start := time.Now()
			for range calls {
				if err := call(); err != nil {
					return nil, err
				}
			}
			times[at] = append(times[at], time.Since(start))
		}
	}
	found := make([]time.Duration, len(work))
	for at, all := range times {
		slices.Sort(all)
		found[at] = all[len(all)/2]
	}
	return found, nil
}

// frame compares a frame with the CRC of its bytes alone.
func frame() (any, error) {
	payload := make([]byte, payloadBytes)
	for at := range payload {
		payload[at] = byte(at * 7)
	}
	own := &resonant.Frame{Slices: []resonant.Slice{{DType: resonant.I8, Dims: []uint32{payloadBytes}, Payload: payload}}}
	data, err := own.MarshalBinary()
	if err != nil {
		return nil, err
	}
	var decoder resonant.Decoder
	var into resonant.Frame
	buffer := slices.Clone(data)
	decode := func() error { return decoder.Decode(&into, data) }
	encode := func() (err error) { buffer, err = own.AppendBinary(buffer[:0]); return err }
	alone := func() error { crc32.ChecksumIEEE(data); return nil }
	times, err := median(rounds, calls, alone, decode, encode)
	if err != nil {
		return nil, err
	}
	allocations := func(call func() error) float64 { return testing.AllocsPerRun(calls, func() { _ = call() }) }
	return map[string]any{
		"decode_of_crc": share(times[0], times[1]), "encode_of_crc": share(times[0], times[2]),
		"decode_allocs": allocations(decode), "encode_allocs": allocations(encode),
		"crc_gb_per_s": math.Round(float64(len(data)*calls)/float64(times[0].Nanoseconds())*100) / 100,
	}, nil
}

func share(one, other time.Duration) float64 {
	return math.Round(float64(one)/float64(other)*100) / 100
}

// quant gives milliseconds for 1 Mi elements, by the names that reference/bench/quant.py has for them.
func quant() (any, error) {
	data := make([]byte, 0, 2*elements)
	for at := range uint32(elements) {
		mixed := at * 2654435761
		data = binary.LittleEndian.AppendUint16(data, uint16(mixed>>18)&0x3fff|uint16(mixed>>2)&0x8000)
	}
	codes, scale, err := resonant.Quantize(resonant.Int4, resonant.Float16, data)
	if err != nil {
		return nil, err
	}
	quantize := func(quantizer resonant.Quantizer) func() error {
		return func() error { _, _, err := resonant.Quantize(quantizer, resonant.Float16, data); return err }
	}
	times, err := median(rounds, 1, quantize(resonant.Int4), quantize(resonant.Int8), func() error {
		_, err := resonant.Dequantize(resonant.Int4, elements, codes, scale)
		return err
	})
	if err != nil {
		return nil, err
	}
	found := map[string]float64{}
	for at, name := range []string{"q4_ms", "i8_ms", "deq4_ms"} {
		found[name] = float64(times[at].Microseconds()) / 1000
	}
	return found, nil
}
