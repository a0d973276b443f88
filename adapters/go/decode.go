package resonant

import (
	"encoding/binary"
	"hash/crc32"
)

// A Decoder reads frames with the same key, and into the same memory. Its zero value reads frames that are not sealed.
// It must not be used by two goroutines at a time.
type Decoder struct {
	// Key opens sealed frames; without one they are refused with [KeyRequired].
	Key *Key

	opened []byte // the body inside of the last seal
	plain  []byte // the last body that was decompressed
}

// Decode reads one frame into f. Its payloads lie in data, or, if the frame is compressed or sealed, in memory of the
// decoder, which the next call overwrites. f keeps the memory of its slices from one call to the next, so that a frame
// without transforms takes none at all. After an error f is empty.
func (d *Decoder) Decode(f *Frame, data []byte) error {
	f.reset()
	count, err := f.readHeader(data)
	if err == nil {
		err = d.readBody(f, data, count)
	}
	if err != nil {
		f.reset()
	}
	return err
}

// readHeader makes the checks 1 to 9 of frame.md, section 4, and gives the number of slices.
func (f *Frame) readHeader(data []byte) (int, error) {
	switch length := len(data); {
	case length < MinFrameBytes:
		return 0, refuse(FrameTooShort, "FRM-25", "%d bytes", length)
	case length > MaxFrameBytes:
		return 0, refuse(FrameTooLarge, "FRM-26", "%d bytes", length)
	case data[0] != version:
		return 0, refuse(BadVersion, "FRM-2", "version %d", data[0])
	}
	end := len(data) - crcBytes
	if want, got := crc32.ChecksumIEEE(data[:end]), binary.LittleEndian.Uint32(data[end:]); want != got {
		return 0, refuse(CRCMismatch, "FRM-24", "0x%08x, and 0x%08x by the bytes before it", got, want)
	}
	f.Type, f.Flags = Type(data[1]), Flags(binary.LittleEndian.Uint16(data[2:]))
	if f.Type > CritiqueType {
		return 0, refuse(BadType, "FRM-3", "type %d", f.Type)
	}
	if f.Flags&reservedAll != 0 {
		return 0, refuse(ReservedFlags, "FRM-39", "flags 0x%04x", uint16(f.Flags))
	}
	f.StreamID, f.FrameSeq = binary.LittleEndian.Uint32(data[4:]), binary.LittleEndian.Uint64(data[8:])
	announced := binary.LittleEndian.Uint64(data[16:])
	if announced > uint64(len(data)-MinFrameBytes)/4 {
		return 0, refuse(BadSliceTable, "FRM-8", "%d slices in %d bytes", announced, len(data))
	}
	count := int(announced)
	trailer := data[tableAt+4*count:]
	f.SpaceHash32, f.Modality = binary.LittleEndian.Uint32(trailer), Modality(trailer[4])
	if f.Modality > Mixed {
		return 0, refuse(BadModality, "FRM-11", "modality %d", f.Modality)
	}
	sum := uint64(MinFrameBytes + (4+minSliceLen)*count)
	for at := range count {
		sum += uint64(binary.LittleEndian.Uint32(data[tableAt+4*at:]))
	}
	if sum > MaxPlainBytes {
		return 0, refuse(PlainTooLarge, "FRM-27", "at least %d bytes", sum)
	}
	return count, nil
}

// readBody takes the transforms off and reads the slices.
func (d *Decoder) readBody(f *Frame, data []byte, count int) error {
	bodyAt := tableAt + 4*count + 5
	body := data[bodyAt : len(data)-crcBytes]
	var err error
	if f.Flags&XCHACHA != 0 {
		if d.Key == nil {
			return refuse(KeyRequired, "XCH-4", "the frame is sealed")
		}
		if d.opened, err = openBody(d.opened[:0], d.Key, body, data[:bodyAt]); err != nil {
			return err
		}
		body = d.opened
	}
	if f.Flags&ZSTD != 0 {
		if d.plain, err = decompress(d.plain[:0], body, MaxPlainBytes-MinFrameBytes-4*count); err != nil {
			return err
		}
		body = d.plain
	}
	return f.readSlices(body, data[tableAt:tableAt+4*count])
}

// readSlices makes the checks 12 and 13.
func (f *Frame) readSlices(body, table []byte) error {
	for ; len(table) > 0; table = table[4:] {
		length := uint64(binary.LittleEndian.Uint32(table))
		rest, err := f.readSlice(body, length)
		if err != nil {
			return err
		}
		body = rest
	}
	if len(body) > 0 {
		return refuse(TrailingBytes, "FRM-22", "%d bytes after the last slice", len(body))
	}
	return nil
}

// readSlice reads the next slice of a body and gives what follows it.
func (f *Frame) readSlice(body []byte, length uint64) ([]byte, error) {
	truncated := func(what string) ([]byte, error) {
		return nil, refuse(TruncatedBody, "FRM-21", "slice %d has no %s", len(f.Slices), what)
	}
	if len(body) < 1 {
		return truncated("dtype")
	}
	dtype := DType(body[0])
	if !dtype.known() {
		return nil, refuse(BadDType, "FRM-14", "dtype 0x%02x", body[0])
	}
	if len(body) < 2 {
		return truncated("rank")
	}
	rank := int(body[1])
	if rank == 0 {
		return nil, refuse(BadRank, "FRM-15", "rank 0")
	}
	if body = body[2:]; len(body) < 4*rank {
		return truncated("whole dims")
	}
	first := len(f.dims)
	for at := range rank {
		f.dims = append(f.dims, binary.LittleEndian.Uint32(body[4*at:]))
	}
	dims := f.dims[first:len(f.dims):len(f.dims)]
	if err := checkLength(dtype, dims, length); err != nil {
		return nil, err
	}
	if body = body[4*rank:]; uint64(len(body)) < length {
		return truncated("whole payload")
	}
	f.Slices = append(f.Slices, Slice{DType: dtype, Dims: dims, Payload: body[:length:length]})
	return body[length:], nil
}
