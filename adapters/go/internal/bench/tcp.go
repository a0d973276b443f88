package main

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"net"
	"slices"
	"time"

	"github.com/zeebo/xxh3"

	"resonant"
	"resonant/peer"
)

const (
	tcpFrames  = 2000
	tcpSets    = 8
	tcpRounds  = 3 // of a set
	tcpFilling = 3 // streams that fill what a sender keeps
)

// What takes a turn in a round.
const (
	bareSocket = iota
	summedSocket
	releasedStream
	keptStream
	firstStream
	kinds
)

// tcp compares streams over TCP on loopback, from HEAD until they are verified, with the same bytes through a bare socket:
// once alone, and once with the sums that the protocol asks for and nothing else, which are the CRC-32 of each frame at both
// ends, and at the reader the XXH3 of all (FRM-24, STM-16). The rest is the module's: above all that a sender keeps every
// frame (STM-37), which is 120 MB of memory here.
//
// The receiver releases each message, as a program in a hurry does once it has read it; tcp_kept_of_bare is with one that
// releases none, so that the messages need memory that is new.
//
// Streams follow one another on one connection, as the bytes of the bare sockets do. tcp_first_of_bare is the first stream of
// a connection. The ways take turns, and each share is the median of those of the rounds: what else the machine does
// meanwhile changes all of a round. Each set of rounds has connections of its own, as some pairs of sockets are quicker than
// others for as long as they last.
func tcp() (any, error) {
	var rounds [][kinds]time.Duration
	for range tcpSets {
		more, err := set()
		if err != nil {
			return nil, err
		}
		rounds = append(rounds, more...)
	}
	shareOf := func(one, other int) float64 {
		return medianOf(rounds, func(took [kinds]time.Duration) float64 { return share(took[one], took[other]) })
	}
	perSecond := func(at int) float64 {
		return medianOf(rounds, func(took [kinds]time.Duration) float64 {
			return math.Round(tcpFrames*payloadBytes/took[at].Seconds()/1e7) / 100
		})
	}
	return map[string]any{
		"tcp_of_bare": shareOf(bareSocket, releasedStream), "tcp_of_summed": shareOf(summedSocket, releasedStream),
		"tcp_kept_of_bare": shareOf(bareSocket, keptStream), "tcp_first_of_bare": shareOf(bareSocket, firstStream),
		"tcp_gb_per_s": perSecond(releasedStream), "bare_gb_per_s": perSecond(bareSocket), "summed_gb_per_s": perSecond(summedSocket),
	}, nil
}

// set is rounds on the same connections.
func set() (rounds [][kinds]time.Duration, err error) {
	var ways [kinds - 1]way
	defer func() {
		for _, one := range ways {
			err = errors.Join(err, one.end())
		}
	}()
	for at, begin := range []func() (way, error){bare, summed, stream} {
		if ways[at], err = begin(); err != nil {
			return nil, err
		}
	}
	ways[keptStream] = ways[releasedStream].keeping()
	for range tcpFilling {
		if _, err := ways[releasedStream].turn(); err != nil {
			return nil, err
		}
	}
	for range tcpRounds {
		var took [kinds]time.Duration
		for at, one := range ways {
			if took[at], err = one.turn(); err != nil {
				return nil, err
			}
		}
		if took[firstStream], err = first(); err != nil {
			return nil, err
		}
		rounds = append(rounds, took)
	}
	return rounds, nil
}

func medianOf(rounds [][kinds]time.Duration, of func([kinds]time.Duration) float64) float64 {
	var values []float64
	for _, one := range rounds {
		values = append(values, of(one))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// A way sends all frames over a connection that there is already: send in one goroutine, receive in another.
type way struct {
	send, receive func() error
	keep          func() error // is receive, and releases nothing
	close         func() error
}

// keeping is the way over the same connection, which the other one closes, that releases nothing.
func (w way) keeping() way { return way{send: w.send, receive: w.keep} }

// turn gives the time from the first byte until the last is there.
func (w way) turn() (took time.Duration, err error) {
	sent := make(chan error, 1)
	began := time.Now()
	go func() { sent <- w.send() }()
	err = w.receive()
	took = time.Since(began)
	return took, errors.Join(err, <-sent)
}

func (w way) end() error {
	if w.close == nil {
		return nil
	}
	return w.close()
}

// first is the turn of a stream that is the first of its connection.
func first() (took time.Duration, err error) {
	one, err := stream()
	if err != nil {
		return 0, err
	}
	took, err = one.turn()
	return took, errors.Join(err, one.end())
}

func think() resonant.Message {
	payload := make([]byte, payloadBytes)
	for at := range payload {
		payload[at] = byte(at * 7)
	}
	return resonant.Think{Hidden: resonant.Tensor{DType: resonant.I8, Dims: []uint32{payloadBytes}, Payload: payload}}
}

// bare writes the bytes of a stream, a frame at a time, and reads them.
func bare() (way, error) { return throughSocket(func([]byte) {}, readAll) }

// summed does the same with the sums.
func summed() (way, error) {
	return throughSocket(func(data []byte) { crc32.ChecksumIEEE(data) }, readSummed)
}

// throughSocket is the frames through a socket, with what is done before each is written, and with what reads them.
func throughSocket(before func([]byte), read func(socket io.Reader, length int) error) (way, error) {
	data, err := framed()
	if err != nil {
		return way{}, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return way{}, err
	}
	defer listener.Close()
	from, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return way{}, err
	}
	to, err := listener.Accept()
	if err != nil {
		return way{}, errors.Join(err, from.Close())
	}
	return way{
		send: func() (err error) {
			for at := 0; at < tcpFrames && err == nil; at++ {
				before(data)
				_, err = from.Write(data)
			}
			return err
		},
		receive: func() error { return read(to, len(data)) },
		close:   func() error { return errors.Join(from.Close(), to.Close()) },
	}, nil
}

// framed is a frame behind its length.
func framed() ([]byte, error) {
	frame, err := resonant.NewFrame(think(), resonant.Text)
	if err != nil {
		return nil, err
	}
	data, err := frame.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return peer.AppendFramed(nil, data)
}

// readAll reads all frames of this length without looking.
func readAll(socket io.Reader, length int) error {
	buffer := make([]byte, 1<<16)
	for left := tcpFrames * length; left > 0; {
		read, err := socket.Read(buffer[:min(left, len(buffer))])
		if err != nil {
			return err
		}
		left -= read
	}
	return nil
}

// readSummed reads frames of this length and sums them up.
func readSummed(socket io.Reader, length int) error {
	data, hash := make([]byte, length), xxh3.New()
	for range tcpFrames {
		if _, err := io.ReadFull(socket, data); err != nil {
			return err
		}
		crc32.ChecksumIEEE(data)
		_, _ = hash.Write(data)
	}
	hash.Sum64()
	return nil
}

// stream is the frames as a stream, of which each turn has one, from HEAD until it is verified.
func stream() (way, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config := peer.AllFeatures()
	config.Compress = []string{peer.None}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return way{}, err
	}
	server, err := peer.ListenTCP(listener, config)
	if err != nil {
		return way{}, err
	}
	client, err := peer.DialTCP(ctx, listener.Addr().String(), 1, config)
	if err != nil {
		return way{}, errors.Join(err, server.Close())
	}
	streamID, message := uint32(1), think()
	return way{
		send: func() error {
			streamID += 2
			return client.Stream(streamID, false, resonant.Text, func(yield func(resonant.Message) bool) {
				for at := 0; at < tcpFrames && yield(message); at++ {
				}
			})
		},
		receive: func() error { return verified(server, peer.Delivered.Release) },
		keep:    func() error { return verified(server, func(peer.Delivered) {}) },
		close:   func() error { return errors.Join(client.Close(), server.Close()) },
	}, nil
}

// verified waits until a stream is there and is verified, and gives its messages to each.
func verified(server *peer.Endpoint, each func(peer.Delivered)) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, event := range server.Events(ctx) {
		switch event := event.(type) {
		case peer.Delivered:
			each(event)
		case peer.Complete:
			if event.Frames == tcpFrames {
				return nil
			}
		}
	}
	return errors.New("the stream did not come")
}
