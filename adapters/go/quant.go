package resonant

import (
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	scaleBlock = 32 // MSG-8, QNT-1
	blockBytes = 2 * scaleBlock
)

// A Quantizer is one of the two: [Int4], whose codes travel as Q4, and [Int8], whose codes travel as I8.
type Quantizer int

// The quantizers, by the bits of a code.
const (
	Int4 Quantizer = 4
	Int8 Quantizer = 8
)

// A Source is the form of the elements that are quantized, little-endian.
type Source int

// The sources.
const (
	Float16 Source = iota
	Float32
	BFloat16
)

// greatest gives Q, and the greatest scale (QNT-4).
func (q Quantizer) greatest() (code float32, scale uint16) {
	if q == Int4 {
		return 7, 0x7091
	}
	return 127, 0x6007
}

// codeBytes is the length of n codes.
func (q Quantizer) codeBytes(n uint64) uint64 {
	if q == Int4 {
		return n/2 + n%2
	}
	return n
}

// blockBytes is the length of the codes of a block.
func (q Quantizer) blockBytes() int { return int(q.codeBytes(scaleBlock)) }

func (s Source) elementBytes() int {
	if s == Float32 {
		return 4
	}
	return 2
}

// Quantize gives the codes of elements, and a binary16 scale for each 32 of them. An element that is not finite is
// refused with [NonFinite].
func Quantize(quantizer Quantizer, source Source, data []byte) (codes, scale []byte, err error) {
	if quantizer != Int4 && quantizer != Int8 {
		return nil, nil, refuse(FieldRange, "FRM-36", "a quantizer of %d bits", quantizer)
	}
	if source < Float16 || source > BFloat16 {
		return nil, nil, refuse(FieldRange, "FRM-36", "source %d", source)
	}
	width := source.elementBytes()
	if len(data)%width != 0 {
		return nil, nil, refuse(LengthMismatch, "QNT-15", "%d bytes are no whole elements", len(data))
	}
	n := uint64(len(data) / width)
	blocks := (len(data)/width + scaleBlock - 1) / scaleBlock
	codes, scale = make([]byte, blocks*quantizer.blockBytes()), make([]byte, 2*blocks) // the last block is cut below
	finite := inParts(blocks, func(from, to int) bool {
		return quantizer.quantizeBlocks(source, data, codes, scale, from, to)
	})
	if !finite {
		return nil, nil, refuse(NonFinite, "QNT-3", "an element is NaN or infinite, or too large for binary16")
	}
	return codes[:quantizer.codeBytes(n)], scale, nil
}

// partBlocks is how many blocks are worth a goroutine.
const partBlocks = 4096

// inParts does something with all blocks, on as many processors as are worth it, and says whether it went well.
func inParts(blocks int, do func(from, to int) bool) bool {
	parts := min(runtime.GOMAXPROCS(0), blocks/partBlocks)
	if parts < 2 {
		return do(0, blocks)
	}
	var group sync.WaitGroup
	var failed atomic.Bool
	for part := range parts {
		group.Go(func() {
			if !do(part*blocks/parts, (part+1)*blocks/parts) {
				failed.Store(true)
			}
		})
	}
	group.Wait()
	return !failed.Load()
}

// quantizeBlocks quantizes some of the blocks, and says whether all of their elements are finite.
func (q Quantizer) quantizeBlocks(source Source, data, codes, scale []byte, from, to int) bool {
	var rest block
	inBytes, outBytes := source.elementBytes()*scaleBlock, q.blockBytes()
	for at := from; at < to; at++ {
		lanes := &rest
		if given := data[at*inBytes:]; source == Float16 && len(given) >= blockBytes {
			lanes = (*block)(given)
		} else {
			rest.convert(source, given[:min(len(given), inBytes)])
		}
		most := lanes.greatest()
		if most >= infinity16 {
			return false
		}
		s := q.scale(most)
		binary.LittleEndian.PutUint16(scale[2*at:], s)
		switch into := codes[at*outBytes:]; {
		case s == 0: // QNT-5
		case q == Int4:
			lanes.nibbles((*[scaleBlock / 2]byte)(into), s)
		default:
			lanes.bytes((*[scaleBlock]byte)(into), s)
		}
	}
	return true
}

// scale is the scale of a block whose greatest magnitude is most (QNT-4).
func (q Quantizer) scale(most uint16) uint16 {
	code, greatest := q.greatest()
	return min(greatest, floatToHalf(halfToFloat(most)/code))
}

// Dequantize gives count elements in binary16. Without scales, which means nil, every scale is 1.
func Dequantize(quantizer Quantizer, count uint64, codes, scale []byte) ([]byte, error) {
	if quantizer != Int4 && quantizer != Int8 {
		return nil, refuse(FieldRange, "FRM-36", "a quantizer of %d bits", quantizer)
	}
	if uint64(len(codes)) != quantizer.codeBytes(count) {
		return nil, refuse(LengthMismatch, "QNT-14", "%d bytes of codes for %d elements", len(codes), count)
	}
	if scale != nil && (len(scale)%2 != 0 || uint64(len(scale)/2) != count/scaleBlock+(count%scaleBlock+scaleBlock-1)/scaleBlock) {
		return nil, refuse(BadScale, "QNT-14", "%d bytes of scales for %d elements", len(scale), count)
	}
	if err := checkScales(scale); err != nil {
		return nil, err
	}
	data := make([]byte, 0, 2*count)
	for at := uint64(0); at < count; at += scaleBlock {
		s := uint16(one16)
		if scale != nil {
			s = binary.LittleEndian.Uint16(scale[at/scaleBlock*2:])
		}
		data = quantizer.appendBlock(data, codes[quantizer.codeBytes(at):], min(count-at, scaleBlock), halfToFloat(s))
	}
	return data, nil
}

// appendBlock appends the first n elements of codes (QNT-12).
func (q Quantizer) appendBlock(data, codes []byte, n uint64, scale float32) []byte {
	if q == Int8 {
		for _, code := range codes[:n] {
			data = binary.LittleEndian.AppendUint16(data, floatToHalf(float32(int8(code))*scale))
		}
		return data
	}
	var products [16]uint16
	for nibble := range products {
		products[nibble] = floatToHalf(float32(int8(nibble<<4)>>4) * scale)
	}
	for at := range n {
		data = binary.LittleEndian.AppendUint16(data, products[codes[at/2]>>(at%2*4)&15])
	}
	return data
}
