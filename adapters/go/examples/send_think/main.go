// Send_think is a client: it shakes hands with recv_think, sends Thinks, and prints the Critiques of them.
//
//	go run ./examples/send_think [-addr HOST:PORT] [-count N] [-tcp]
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"

	"resonant"
	"resonant/examples/internal/pair"
	"resonant/peer"
)

const (
	streamID = 0x1234 // the ping has the number 0 on it, the first Think 1
	patience = 2 * time.Second
)

func main() { pair.Main(run) }

func run(ctx context.Context, arguments pair.Arguments) error {
	server, err := dial(ctx, arguments)
	if err != nil {
		return err
	}
	agreed, _ := server.Agreement()
	fmt.Printf("connected to %s: compress %s, crypto %s\n", server.Remote(), agreed.Compress, agreed.Crypto)
	for number := range max(1, arguments.Count) {
		if err := exchange(ctx, server, number+1, agreed.Critique); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	return server.Close()
}

func dial(ctx context.Context, arguments pair.Arguments) (*peer.Conn, error) {
	if arguments.TCP {
		return peer.DialTCP(ctx, arguments.Addr.String(), streamID, pair.Config())
	}
	socket, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	return peer.Dial(ctx, socket, arguments.Addr, streamID, pair.Config())
}

// exchange sends one Think, and waits a while for the Critique of it where Critique is agreed.
func exchange(ctx context.Context, server *peer.Conn, number int, critique bool) error {
	if err := server.Send(streamID, resonant.Text, resonant.Think{Hidden: hiddenState(number)}); err != nil {
		return err
	}
	fmt.Printf("sent Think %d on stream 0x%x\n", number, streamID)
	if !critique {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for event := range server.Events(waiting) {
		switch event := event.(type) {
		case peer.Delivered:
			return describe(event)
		case peer.ErrorReceived:
			return fmt.Errorf("the server refused: %w", event.Code)
		case peer.Ended:
			return errors.New("the server ended the connection")
		}
	}
	fmt.Printf("no Critique in %v\n", patience)
	return ctx.Err()
}

func describe(event peer.Delivered) error {
	message, err := event.Message()
	if critique, isCritique := message.(resonant.Critique); isCritique {
		fmt.Printf("received Critique: %q\n", critique.Explanation["note"])
	}
	return err
}

// hiddenState is one of 2,048 values: from −2 to 2, another one for each number.
func hiddenState(number int) resonant.Tensor {
	payload := make([]byte, 0, 4096)
	for at := range 2048 {
		bits := uint16((at*7919 + number*104_729) % 0x4000) // magnitudes from 0 up to 2
		payload = binary.LittleEndian.AppendUint16(payload, bits|uint16(at%2)<<15)
	}
	return resonant.Tensor{DType: resonant.F16, Dims: []uint32{1, 2048}, Payload: payload}
}
