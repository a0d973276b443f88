package resonant_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log"

	"resonant"
)

func ExampleDecode() {
	data, err := hex.DecodeString("010000003412000001000000000000000100000000000000040000000000000000010102000000003c00c0d22d353b")
	if err != nil {
		log.Fatal(err)
	}
	frame, err := resonant.Decode(data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("stream 0x%x, frame %d\n", frame.StreamID, frame.FrameSeq)
	for _, slice := range frame.Slices {
		fmt.Printf("%s %v: %x\n", slice.DType, slice.Dims, slice.Payload)
	}
	data[43]++
	_, err = resonant.Decode(data)
	fmt.Println(errors.Is(err, resonant.CRCMismatch), err)
	// Output:
	// stream 0x1234, frame 1
	// f16 [2]: 003c00c0
	// true CRC_MISMATCH (FRM-24): 0x3b352dd3, and 0x3b352dd2 by the bytes before it
}

func ExampleDecoder() {
	frame := &resonant.Frame{Type: resonant.ThinkType, Slices: []resonant.Slice{
		{DType: resonant.I8, Dims: []uint32{3}, Payload: []byte{1, 2, 3}},
	}}
	data, err := frame.MarshalBinary()
	if err != nil {
		log.Fatal(err)
	}
	var decoder resonant.Decoder
	var into resonant.Frame // used again for every datagram: decoding takes no memory
	for range 2 {
		if err := decoder.Decode(&into, data); err != nil {
			log.Fatal(err)
		}
		fmt.Println(into.Slices[0].Payload)
	}
	// Output:
	// [1 2 3]
	// [1 2 3]
}

func ExampleEncoder() {
	key, nonce := new(resonant.Key), new(resonant.Nonce) // random ones, and no nonce twice
	encoder := resonant.Encoder{Key: key, Nonce: nonce}
	sealed, err := encoder.Append(nil, &resonant.Frame{Flags: resonant.ZSTD | resonant.XCHACHA})
	if err != nil {
		log.Fatal(err)
	}
	_, err = resonant.Decode(sealed)
	fmt.Println(errors.Is(err, resonant.KeyRequired))
	var frame resonant.Frame
	decoder := resonant.Decoder{Key: key}
	fmt.Println(decoder.Decode(&frame, sealed))
	// Output:
	// true
	// <nil>
}

func ExampleNewFrame() {
	data := []byte{0, 0x3c, 0, 0xc0} // 1 and −2 in binary16
	codes, scale, err := resonant.Quantize(resonant.Int4, resonant.Float16, data)
	if err != nil {
		log.Fatal(err)
	}
	think := resonant.Think{Hidden: resonant.Tensor{DType: resonant.Q4, Dims: []uint32{2}, Payload: codes, Scale: scale}}
	frame, err := resonant.NewFrame(think, resonant.Text)
	if err != nil {
		log.Fatal(err)
	}
	message, err := resonant.ReadMessage(frame)
	if err != nil {
		log.Fatal(err)
	}
	if think, is := message.(resonant.Think); is {
		dense, err := think.Hidden.Dense()
		fmt.Printf("%x %v\n", dense, err)
	}
	// Output:
	// 923c00c0 <nil>
}
