// Bench prints one line of JSON about what a stream over QUIC costs on loopback: as a ratio to the same bytes on a bare
// stream of the library.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	quicgo "github.com/quic-go/quic-go"

	"resonant"
	"resonant/peer"
	"resonant/quic"
	"resonant/quic/internal/link"
	"resonant/quic/internal/selfsigned"
)

const (
	payloadBytes = 60 << 10
	frames       = 2000
	rounds       = 5
	patience     = time.Minute
)

func main() {
	figures, err := measure()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(figures)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure times the two in turn, so that they have the same machine, and compares the median rounds.
func measure() (map[string]float64, error) {
	shown, trust, err := selfsigned.Certificate()
	if err != nil {
		return nil, err
	}
	var bareTimes, streamTimes []time.Duration
	for range rounds {
		for _, one := range []struct {
			work  func(context.Context, *tls.Config, *tls.Config) (time.Duration, error)
			times *[]time.Duration
		}{{bare, &bareTimes}, {stream, &streamTimes}} {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			took, err := one.work(ctx, shown, trust)
			cancel()
			if err != nil {
				return nil, err
			}
			*one.times = append(*one.times, took)
		}
	}
	middle := func(times []time.Duration) float64 {
		slices.Sort(times)
		return times[len(times)/2].Seconds()
	}
	bareTime, streamTime := middle(bareTimes), middle(streamTimes)
	rate := func(seconds float64) float64 { return rounded(frames * payloadBytes / seconds / 1e9) }
	return map[string]float64{
		"quic_of_bare": rounded(bareTime / streamTime), "quic_gb_per_s": rate(streamTime), "bare_gb_per_s": rate(bareTime),
	}, nil
}

func rounded(number float64) float64 { return math.Round(number*100) / 100 }

func think() resonant.Message {
	payload := make([]byte, payloadBytes)
	for at := range payload {
		payload[at] = byte(at * 7)
	}
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{payloadBytes}, Payload: payload}}
}

// bare writes the bytes of a stream on one of the library's, a frame at a time, and reads them.
func bare(ctx context.Context, shown, trust *tls.Config) (took time.Duration, err error) {
	frame, err := resonant.NewFrame(think(), resonant.Text)
	if err != nil {
		return 0, err
	}
	data, err := frame.MarshalBinary()
	if err != nil {
		return 0, err
	}
	listener, err := quicgo.ListenAddr("127.0.0.1:0", link.TLS(shown), link.Settings(true))
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	client, err := quicgo.DialAddr(ctx, listener.Addr().String(), link.TLS(trust), link.Settings(false))
	if err != nil {
		return 0, err
	}
	defer client.CloseWithError(0, "")
	server, err := listener.Accept(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	written := make(chan error, 1)
	go func() {
		to, err := client.OpenUniStreamSync(ctx)
		for at := 0; at < frames && err == nil; at++ {
			_, err = to.Write(data)
		}
		if err == nil {
			err = to.Close()
		}
		written <- err
	}()
	from, err := server.AcceptUniStream(ctx)
	if err != nil {
		return 0, err
	}
	buffer := make([]byte, 1<<16)
	for err == nil {
		_, err = from.Read(buffer)
	}
	took = time.Since(began)
	if !errors.Is(err, io.EOF) {
		return 0, err
	}
	return took, <-written
}

// stream sends the same as a stream, from HEAD until it is verified.
func stream(ctx context.Context, shown, trust *tls.Config) (took time.Duration, err error) {
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	server, err := quic.Listen("127.0.0.1:0", shown, config)
	if err != nil {
		return 0, err
	}
	client, err := quic.Dial(ctx, server.Addr().String(), trust, peer.RandomStreamID(), config)
	if err != nil {
		return 0, errors.Join(err, server.Close())
	}
	began := time.Now()
	sent := make(chan error, 1)
	go func() {
		message := think()
		sent <- client.Stream(3, false, resonant.Text, func(yield func(resonant.Message) bool) {
			for at := 0; at < frames && yield(message); at++ {
			}
		})
	}()
	err = errors.New("the stream did not come")
	for _, event := range server.Events(ctx) {
		if end, is := event.(peer.Complete); is && end.Frames == frames {
			err, took = nil, time.Since(began)
			break
		}
	}
	return took, errors.Join(err, <-sent, client.Close(), server.Close())
}
