package testee

import (
	"bytes"
	"errors"

	"resonant"
	"resonant/peer"
	"resonant/testeekit"
)

// module is the module, as its testees call it.
type module struct {
	moreProfiles, moreTransports []string
}

// Hello claims what the module has, and what a testee adds.
func (m module) Hello() testeekit.Hello {
	profiles := []string{"frame", "zstd", "xchacha", "message", "sparse", "quant", "handshake", "stream", "tcp", "mux", "rs", "fec", "adapt"}
	return testeekit.Hello{
		Name: "resonant-go", Version: "1.0.0",
		Profiles:   append(profiles, m.moreProfiles...),
		Transports: append([]string{"udp", "tcp"}, m.moreTransports...),
	}
}

// said makes an answer of what the module said. An error of any other kind is a crash, and no refusal.
func said(err error) error {
	var refusal *resonant.Error
	if errors.As(err, &refusal) {
		return testeekit.Refusal(refusal.Code)
	}
	if err != nil {
		panic(err)
	}
	return nil
}

func keyOf(key []byte) *resonant.Key {
	if key == nil {
		return nil
	}
	return (*resonant.Key)(key)
}

func (module) Decode(data, key []byte) (*testeekit.Fields, error) {
	decoder := resonant.Decoder{Key: keyOf(key)}
	var frame resonant.Frame
	err := decoder.Decode(&frame, data)
	return fieldsOf(&frame), said(err)
}

func fieldsOf(f *resonant.Frame) *testeekit.Fields {
	return &testeekit.Fields{
		Type: uint8(f.Type), Flags: uint16(f.Flags), StreamID: f.StreamID, FrameSeq: f.FrameSeq,
		SpaceHash32: f.SpaceHash32, Modality: uint8(f.Modality), Slices: slicesOf(f.Slices),
	}
}

func slicesOf(slices []resonant.Slice) []testeekit.Slice {
	found := make([]testeekit.Slice, len(slices))
	for at, one := range slices {
		found[at] = testeekit.Slice{Dtype: uint8(one.DType), Dims: one.Dims, Payload: one.Payload}
	}
	return found
}

func givenSlices(slices []testeekit.Slice) []resonant.Slice {
	found := make([]resonant.Slice, len(slices))
	for at, one := range slices {
		found[at] = resonant.Slice{DType: resonant.DType(one.Dtype), Dims: one.Dims, Payload: one.Payload}
	}
	return found
}

func (module) Encode(f *testeekit.Fields, options testeekit.Options) ([]byte, error) {
	encoder := resonant.Encoder{Key: keyOf(options.Key), Level: options.Level}
	if options.Nonce != nil {
		encoder.Nonce = (*resonant.Nonce)(options.Nonce)
	}
	data, err := encoder.Append(nil, &resonant.Frame{
		Type: resonant.Type(f.Type), Flags: resonant.Flags(f.Flags), StreamID: f.StreamID, FrameSeq: f.FrameSeq,
		SpaceHash32: f.SpaceHash32, Modality: resonant.Modality(f.Modality), Slices: givenSlices(f.Slices),
	})
	return data, said(err)
}

func (module) SpaceHash(spaceID, arch, dataSig string) (uint32, error) {
	hash, err := resonant.SpaceHash32(spaceID, arch, dataSig)
	return hash, said(err)
}

func (module) TailHash(data []byte) (uint64, error) { return resonant.TailHash(data), nil }

func (module) Compress(plain []byte, level int) ([]byte, error) {
	body, err := resonant.Compress(plain, level)
	return body, said(err)
}

func (module) Decompress(body []byte) ([]byte, error) {
	plain, err := resonant.Decompress(body)
	return plain, said(err)
}

func (module) Seal(by testeekit.Sealing, plain []byte) ([]byte, error) {
	sealed, err := resonant.Seal(keyOf(by.Key), (*resonant.Nonce)(by.Nonce), by.AAD, plain)
	return sealed, said(err)
}

func (module) Open(by testeekit.Sealing, sealed []byte) ([]byte, error) {
	plain, err := resonant.Open(keyOf(by.Key), (*resonant.Nonce)(by.Nonce), by.AAD, sealed)
	return plain, said(err)
}

func (module) ReadMessage(data, key []byte) (any, error) {
	decoder := resonant.Decoder{Key: keyOf(key)}
	var frame resonant.Frame
	if err := decoder.Decode(&frame, data); err != nil {
		return nil, said(err)
	}
	message, err := resonant.ReadMessage(&frame)
	if err != nil {
		return nil, said(err)
	}
	return messageOf(message), nil
}

func (module) SparseEncode(dims []uint32, dense []byte) (values, index []byte, err error) {
	values, index, err = resonant.SparseEncode(dims, dense)
	return values, index, said(err)
}

func (module) SparseDecode(tensor testeekit.Sparse) ([]byte, error) {
	dense, err := resonant.SparseDecode(tensor.Dims, tensor.Values, tensor.IndexDims, tensor.Index)
	return dense, said(err)
}

var sources = map[string]resonant.Source{"f16": resonant.Float16, "f32": resonant.Float32, "bf16": resonant.BFloat16}

func (module) Quantize(bits int, source string, data []byte) (codes, scale []byte, err error) {
	codes, scale, err = resonant.Quantize(resonant.Quantizer(bits), sources[source], data)
	return codes, scale, said(err)
}

func (module) Dequantize(bits int, count uint32, codes, scale []byte) ([]byte, error) {
	data, err := resonant.Dequantize(resonant.Quantizer(bits), uint64(count), codes, scale)
	return data, said(err)
}

func (module) RSEncode(k, r uint32, shards [][]byte) (parity [][]byte, err error) {
	code, err := resonant.NewReedSolomon(int(k), int(r))
	if err == nil {
		parity, err = code.Encode(shards)
	}
	return parity, said(err)
}

func (module) RSDecode(k, r uint32, shards [][]byte) (all [][]byte, err error) {
	code, err := resonant.NewReedSolomon(int(k), int(r))
	if err == nil {
		all, err = code.Decode(shards)
	}
	return all, said(err)
}

func (module) RepairEncode(of testeekit.Repaired, frames [][]byte) ([][]byte, error) {
	group := resonant.RepairGroup{StreamID: of.StreamID, Base: of.Base, R: int(of.R), Step: int(of.Step)}
	repair, err := resonant.EncodeRepair(group, frames)
	return repair, said(err)
}

func (module) RepairDecode(repair, frames [][]byte) ([][]byte, error) {
	missing, err := resonant.DecodeRepair(repair, frames)
	return missing, said(err)
}

var dtypes = map[string]resonant.DType{"f16": resonant.F16, "i8": resonant.I8, "q4": resonant.Q4, "sparse": resonant.SparseCOO}

func (module) Adapt(request testeekit.Adapting) (*testeekit.Adapted, error) {
	asked := resonant.Adaptation{Tolerance: request.Tolerance, Budget: request.Budget}
	for _, name := range request.Allow {
		asked.Allow = append(asked.Allow, dtypes[name])
	}
	tensor, err := resonant.Adapt(sources[request.Source], request.Data, request.Dims, asked)
	if err != nil {
		return nil, said(err)
	}
	found := &testeekit.Adapted{DType: tensor.DType.String(), Data: tensor.Payload, Beside: tensor.Scale}
	if tensor.DType == resonant.SparseCOO {
		found.Beside = tensor.Index
	}
	return found, nil
}

func (module) Split(chunks [][]byte, ended bool) (*testeekit.Split, error) {
	var splitter peer.Splitter
	found := &testeekit.Split{End: "open"}
	var failed error
	for _, chunk := range chunks {
		failed = splitter.Push(chunk, func(frame []byte) { found.Frames = append(found.Frames, bytes.Clone(frame)) })
	}
	if ended && failed == nil {
		found.End = "clean"
		failed = splitter.End()
	}
	if failed != nil {
		found.End = said(failed).Error()
	}
	found.Held = splitter.Held()
	return found, nil
}

func (module) Join(frames [][]byte) ([]byte, error) {
	var data []byte
	for _, frame := range frames {
		var err error
		if data, err = peer.AppendFramed(data, frame); err != nil {
			return nil, said(err)
		}
	}
	return data, nil
}
