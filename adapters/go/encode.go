package resonant

import (
	"encoding/binary"
	"hash/crc32"
)

// An Encoder writes frames. Its zero value compresses at the default level and cannot seal.
type Encoder struct {
	// Key and Nonce seal a frame whose flags have [XCHACHA], and are ignored for others. No two frames may be sealed
	// under one key with the same nonce.
	Key   *Key
	Nonce *Nonce
	// Level of a frame whose flags have [ZSTD]: 1 to 22, or 0 for the default.
	Level int
}

// Append appends the bytes of a frame to data. In an error it gives data as it was.
func (e *Encoder) Append(data []byte, f *Frame) ([]byte, error) {
	plain, err := f.checkFields()
	if err != nil {
		return data, err
	}
	start := len(data)
	more := plain
	if f.Flags&(ZSTD|XCHACHA) == 0 && len(f.Slices) == 1 {
		more -= len(f.Slices[0].Payload) // append makes room for it, which unlike that of make is not cleared before
	}
	whole := f.appendHeader(grown(data, more))
	if whole, err = e.appendBody(whole, start, f); err != nil {
		return data, err
	}
	return binary.LittleEndian.AppendUint32(whole, crc32.ChecksumIEEE(whole[start:])), nil
}

// grown gives data with room for more bytes.
func grown(data []byte, more int) []byte {
	if cap(data)-len(data) >= more {
		return data
	}
	return append(make([]byte, 0, len(data)+more), data...)
}

// checkFields makes the checks of FRM-33 and FRM-34 and gives the plain size.
func (f *Frame) checkFields() (int, error) {
	switch {
	case f.Type > CritiqueType:
		return 0, refuse(BadType, "FRM-33", "type %d", f.Type)
	case f.Flags&reservedAll != 0:
		return 0, refuse(ReservedFlags, "FRM-33", "flags 0x%04x", uint16(f.Flags))
	case f.Modality > Mixed:
		return 0, refuse(BadModality, "FRM-33", "modality %d", f.Modality)
	}
	tooLarge := FrameTooLarge
	if f.Flags&(ZSTD|XCHACHA) != 0 {
		tooLarge = PlainTooLarge
	}
	size := MinFrameBytes
	for at := range f.Slices {
		slice := &f.Slices[at]
		if err := slice.check(); err != nil {
			return 0, err
		}
		if size += 4 + 2 + 4*len(slice.Dims) + len(slice.Payload); size > MaxPlainBytes {
			return 0, refuse(tooLarge, "FRM-34", "at least %d bytes", size)
		}
	}
	return size, nil
}

func (f *Frame) appendHeader(data []byte) []byte {
	data = append(data, version, byte(f.Type))
	data = binary.LittleEndian.AppendUint16(data, uint16(f.Flags))
	data = binary.LittleEndian.AppendUint32(data, f.StreamID)
	data = binary.LittleEndian.AppendUint64(data, f.FrameSeq)
	data = binary.LittleEndian.AppendUint64(data, uint64(len(f.Slices)))
	for at := range f.Slices {
		data = binary.LittleEndian.AppendUint32(data, uint32(len(f.Slices[at].Payload)))
	}
	data = binary.LittleEndian.AppendUint32(data, f.SpaceHash32)
	return append(data, byte(f.Modality))
}

// appendBody appends the slices, transformed, behind the header that begins at start.
func (e *Encoder) appendBody(data []byte, start int, f *Frame) ([]byte, error) {
	if f.Flags&(ZSTD|XCHACHA) == 0 {
		return f.appendPlain(data), nil
	}
	body := f.appendPlain(nil)
	var err error
	if f.Flags&ZSTD != 0 {
		if body, err = compress(nil, body, e.Level); err != nil {
			return nil, err
		}
		if size := len(data) - start + len(body) + crcBytes; size > MaxFrameBytes {
			return nil, refuse(FrameTooLarge, "ZST-11", "%d bytes, once compressed", size)
		}
	}
	if f.Flags&XCHACHA == 0 {
		return append(data, body...), nil
	}
	if e.Key == nil || e.Nonce == nil {
		return nil, refuse(KeyRequired, "XCH-8", "sealing takes a key and a nonce")
	}
	if data, err = sealBody(data, e.Key, e.Nonce, body, data[start:]); err != nil {
		return nil, err
	}
	if size := len(data) - start + crcBytes; size > MaxFrameBytes {
		return nil, refuse(FrameTooLarge, "XCH-14", "%d bytes, once sealed", size)
	}
	return data, nil
}

func (f *Frame) appendPlain(data []byte) []byte {
	for at := range f.Slices {
		slice := &f.Slices[at]
		data = append(data, byte(slice.DType), byte(len(slice.Dims)))
		for _, dim := range slice.Dims {
			data = binary.LittleEndian.AppendUint32(data, dim)
		}
		data = append(data, slice.Payload...)
	}
	return data
}
