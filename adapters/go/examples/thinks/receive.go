package thinks

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"

	"resonant"
	"resonant/peer"
)

// Receive prints a line about each event of a server, and answers Thinks, until as many messages have come as the arguments
// say. It closes the server.
func Receive(ctx context.Context, server *peer.Endpoint, arguments Arguments) error {
	fmt.Println("listening on", server.Addr())
	left := arguments.Count
	for from, event := range server.Events(ctx) {
		fmt.Println(describeEvent(from, event))
		if message, isMessage := event.(peer.Delivered); isMessage {
			answer(server, from, message)
			message.Release() // what it lies in may be read into again
			if left--; left == 0 {
				break
			}
		}
	}
	return errors.Join(ctx.Err(), server.Close())
}

// describeEvent is one line about an event: a message as a frame, others by name and members.
func describeEvent(from net.Addr, event peer.Event) string {
	if message, isMessage := event.(peer.Delivered); isMessage {
		return describeMessage(from, message)
	}
	value := reflect.ValueOf(event)
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s", from, value.Type().Name(), members(value)))
}

func members(value reflect.Value) string {
	var texts []string
	for _, field := range reflect.VisibleFields(value.Type()) {
		name, one := field.Name, value.FieldByIndex(field.Index)
		switch nested := one.Interface().(type) {
		case peer.Agreement: // its own members follow
		case peer.Ref:
			if !field.Anonymous {
				texts = append(texts, fmt.Sprintf("stream_id %d, frame_seq %d", nested.StreamID, nested.FrameSeq))
			}
		case *peer.Ref:
			texts = append(texts, fmt.Sprintf("ref %+v", nested))
		case resonant.Code:
			if nested != "" { // the end of a connection may have none
				texts = append(texts, fmt.Sprintf("code %s", strings.Trim(fmt.Sprintf("%q", string(nested)), `"`)))
			}
		default:
			texts = append(texts, fmt.Sprintf("%s %v", strings.ToLower(name), nested))
		}
	}
	return strings.Join(texts, ", ")
}

func describeMessage(from net.Addr, message peer.Delivered) string {
	names := []string{"Think", "Cache", "Ask", "Sync", "Critique"}
	texts := make([]string, len(message.Slices))
	for at, slice := range message.Slices {
		dims := strings.ReplaceAll(fmt.Sprint(slice.Dims), " ", ", ")
		texts[at] = fmt.Sprintf("%s %s, %d bytes", strings.ToUpper(slice.DType.String()), dims, len(slice.Payload))
	}
	plural := "s"
	if len(texts) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%s stream 0x%x seq %d from %s: %d slice%s, %s, space_hash32 %d", names[message.Type],
		message.StreamID, message.FrameSeq, from, len(texts), plural, strings.Join(texts, "; "), Config().SpaceHash32)
}

// answer sends the Critique of a Think on its stream_id, or says why there is none.
func answer(server *peer.Endpoint, to net.Addr, delivered peer.Delivered) {
	message, err := delivered.Message()
	think, isThink := message.(resonant.Think)
	if err != nil || !isThink {
		return
	}
	critique, err := critiqueOf(think.Hidden)
	if err == nil {
		err = server.Send(to, delivered.StreamID, delivered.Modality, critique)
	}
	if err != nil {
		fmt.Printf("no Critique for %s: %v\n", to, err)
	}
}

// one is 1.0 in binary16. This model expects hidden states within ±1; what lies beyond is the divergence.
const one = 0x3c00

// critiqueOf says which elements lie beyond ±1. Of those it sends the elements themselves, and 0 for the others.
func critiqueOf(hidden resonant.Tensor) (resonant.Critique, error) {
	dense, err := hidden.Dense()
	if err != nil {
		return resonant.Critique{}, err
	}
	divergence, mask, count := make([]byte, len(dense)), make([]byte, len(dense)/2), 0
	for at := range mask {
		bits := binary.LittleEndian.Uint16(dense[2*at:])
		if bits&0x7fff > one {
			binary.LittleEndian.PutUint16(divergence[2*at:], bits)
			mask[at] = 1
			count++
		}
	}
	return resonant.Critique{
		Divergence:  resonant.Tensor{DType: resonant.F16, Dims: hidden.Dims, Payload: divergence},
		Mask:        mask,
		Explanation: resonant.Object{"note": fmt.Sprintf("%d of %d values beyond ±1.0", count, len(mask))},
	}, nil
}
