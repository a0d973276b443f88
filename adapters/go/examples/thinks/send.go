package thinks

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"resonant"
	"resonant/peer"
)

// StreamID is that of everything: the ping has the number 0 on it, the first Think 1.
const StreamID = 0x1234

const patience = 2 * time.Second

// Send says what was agreed with a server, sends it as many Thinks as the arguments say, and prints the Critiques of them.
// It closes the connection.
func Send(ctx context.Context, server *peer.Conn, arguments Arguments) error {
	agreed, _ := server.Agreement()
	fmt.Printf("connected to %s: compress %s, crypto %s\n", server.Remote(), agreed.Compress, agreed.Crypto)
	for number := range max(1, arguments.Count) {
		if err := exchange(ctx, server, number+1, agreed.Critique); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	return server.Close()
}

// exchange sends one Think, and waits a while for the Critique of it where Critique is agreed.
func exchange(ctx context.Context, server *peer.Conn, number int, critique bool) error {
	if err := server.Send(StreamID, resonant.Text, resonant.Think{Hidden: hiddenState(number)}); err != nil {
		return err
	}
	fmt.Printf("sent Think %d on stream 0x%x\n", number, StreamID)
	if !critique {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for event := range server.Events(waiting) {
		switch event := event.(type) {
		case peer.Delivered:
			return describeCritique(event)
		case peer.ErrorReceived:
			return fmt.Errorf("the server refused: %w", event.Code)
		case peer.Ended:
			return errors.New("the server ended the connection")
		}
	}
	fmt.Printf("no Critique in %v\n", patience)
	return ctx.Err()
}

func describeCritique(event peer.Delivered) error {
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
