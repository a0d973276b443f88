package resonant

import (
	"encoding/binary"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	zstdMagic       = 0xFD2FB528
	maxLoneBody     = MaxPlainBytes - MinFrameBytes // ZST-10
	blockHeadBytes  = 3
	rawBlock        = 0
	rleBlock        = 1
	compressedBlock = 2
	defaultLevel    = 3
	maxLevel        = 22
)

// Compress writes a plain body as one Zstandard frame of the form that frames carry. level is 1 to 22, or 0 for the
// default.
func Compress(plain []byte, level int) ([]byte, error) {
	if len(plain) > maxLoneBody {
		return nil, refuse(PlainTooLarge, "ZST-10", "%d bytes", len(plain))
	}
	return compress(nil, plain, level)
}

// Decompress reads what Compress writes, and whatever else the protocol permits.
func Decompress(body []byte) ([]byte, error) { return decompress(nil, body, maxLoneBody) }

var encoders [zstd.SpeedBestCompression + 1]struct {
	once    sync.Once
	encoder *zstd.Encoder
	err     error
}

// encoderOf gives the one encoder of all levels that the library takes for the same.
func encoderOf(level int) (*zstd.Encoder, error) {
	speed := zstd.EncoderLevelFromZstd(level)
	one := &encoders[speed]
	one.once.Do(func() {
		one.encoder, one.err = zstd.NewWriter(nil, zstd.WithEncoderLevel(speed), zstd.WithSingleSegment(true),
			zstd.WithEncoderCRC(false), zstd.WithZeroFrames(true), zstd.WithWindowSize(1<<17), zstd.WithLowerEncoderMem(true))
	})
	return one.encoder, one.err
}

func compress(dst, plain []byte, level int) ([]byte, error) {
	if level == 0 {
		level = defaultLevel
	}
	if level < 1 || level > maxLevel {
		return nil, refuse(FieldRange, "FRM-36", "level %d", level)
	}
	encoder, err := encoderOf(level)
	if err != nil {
		return nil, err
	}
	return encoder.EncodeAll(plain, dst), nil
}

var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderMaxWindow(1<<17))
})

// decompress appends the content of a Zstandard frame to dst, if it is not over most.
func decompress(dst, body []byte, most int) ([]byte, error) {
	size, blocks, err := readZstdHeader(body)
	if err != nil {
		return nil, err
	}
	if size > uint64(most) {
		return nil, refuse(PlainTooLarge, "ZST-4", "a content of %d bytes", size)
	}
	if err := walkBlocks(blocks, size); err != nil {
		return nil, err
	}
	library, err := decoder()
	if err != nil {
		return nil, err
	}
	dst = grown(dst, int(size))
	plain, err := library.DecodeAll(body, dst[:len(dst):len(dst)+int(size)])
	if err != nil {
		return nil, refuse(BadCompression, "ZST-8", "%v", err)
	}
	if uint64(len(plain)-len(dst)) != size {
		return nil, refuse(BadCompression, "ZST-5", "%d bytes, not %d", len(plain)-len(dst), size)
	}
	return plain, nil
}

// readZstdHeader gives the content size, and what follows the header.
func readZstdHeader(body []byte) (uint64, []byte, error) {
	if len(body) < 5 || binary.LittleEndian.Uint32(body) != zstdMagic {
		return 0, nil, refuse(BadCompression, "ZST-1", "no Zstandard frame begins here")
	}
	descriptor, field := body[4], body[5:]
	if descriptor&^0xc0 != 0x20 {
		return 0, nil, refuse(BadCompression, "ZST-2", "descriptor 0x%02x", descriptor)
	}
	width := 1 << (descriptor >> 6)
	if len(field) < width {
		return 0, nil, refuse(BadCompression, "ZST-8", "it ends inside the content size")
	}
	rest := field[width:]
	switch width {
	case 1:
		return uint64(field[0]), rest, nil
	case 2:
		return uint64(binary.LittleEndian.Uint16(field)) + 256, rest, nil
	case 4:
		return uint64(binary.LittleEndian.Uint32(field)), rest, nil
	}
	return binary.LittleEndian.Uint64(field), rest, nil
}

// walkBlocks finds the end of the last block, where the body has to end: the library would take a second frame there.
func walkBlocks(blocks []byte, size uint64) error {
	for {
		if len(blocks) < blockHeadBytes {
			return refuse(BadCompression, "ZST-8", "it ends inside a block header")
		}
		head := uint32(blocks[0]) | uint32(blocks[1])<<8 | uint32(blocks[2])<<16
		last, kind, length := head&1 == 1, head>>1&3, int(head>>3)
		blocks = blocks[blockHeadBytes:]
		switch kind {
		case rawBlock, rleBlock:
			if uint64(length) > size {
				return refuse(BadCompression, "ZST-5", "a block of %d bytes", length)
			}
			if kind == rleBlock {
				length = 1
			}
		case compressedBlock:
		default:
			return refuse(BadCompression, "ZST-8", "a block of the reserved type")
		}
		if len(blocks) < length {
			return refuse(BadCompression, "ZST-8", "it ends inside a block")
		}
		if blocks = blocks[length:]; last {
			break
		}
	}
	if len(blocks) > 0 {
		return refuse(BadCompression, "ZST-6", "%d bytes after the Zstandard frame", len(blocks))
	}
	return nil
}
