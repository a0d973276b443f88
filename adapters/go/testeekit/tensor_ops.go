package testeekit

func (o ops) sparseEncode(in *Input) (any, error) {
	dims, dense := in.U32s("dims", 1, 255), in.Bytes("dense")
	if err := in.Done(); err != nil {
		return nil, err
	}
	values, index, err := o.yours.SparseEncode(dims, dense)
	return result(map[string]any{"values": values, "index": index}, err)
}

func (o ops) sparseDecode(in *Input) (any, error) {
	given := Sparse{in.U32s("dims", 1, 255), in.Bytes("values"), in.U32s("index_dims", 0, manyDims), in.Bytes("index")}
	if err := in.Done(); err != nil {
		return nil, err
	}
	dense, err := o.yours.SparseDecode(given)
	return result(map[string]any{"dense": dense}, err)
}

func (o ops) quantize(in *Input) (any, error) {
	bits, source, data := in.bits(), in.OneOf("source", "f16", "f32", "bf16"), in.Bytes("data")
	if err := in.Done(); err != nil {
		return nil, err
	}
	codes, scale, err := o.yours.Quantize(bits, source, data)
	return result(map[string]any{"codes": codes, "scale": scale}, err)
}

func (o ops) dequantize(in *Input) (any, error) {
	bits, count := in.bits(), in.U32("count")
	codes, scale := in.Bytes("codes"), in.OptionalBytes("scale")
	if err := in.Done(); err != nil {
		return nil, err
	}
	data, err := o.yours.Dequantize(bits, count, codes, scale)
	return result(map[string]any{"data": data}, err)
}

// besides are the names of the payloads of dtypes (adapt.json).
var besides = map[string][2]string{
	"f16": {"data"}, "i8": {"codes", "scale"}, "q4": {"codes", "scale"}, "sparse": {"values", "index"},
}

func (o ops) adapt(in *Input) (any, error) {
	asked := Adapting{
		Source: in.OneOf("source", "f16", "f32", "bf16"), Data: in.Bytes("data"), Dims: in.U32s("dims", 1, 255),
		Allow: in.Texts("allow"), Tolerance: in.Integer("tolerance", -maxInteger, maxInteger),
	}
	for _, name := range asked.Allow {
		_, known := besides[name]
		in.Require(known, "allow has another name than those of dtypes")
	}
	if in.Has("budget") {
		budget := in.Integer("budget", -maxInteger, maxInteger)
		asked.Budget = &budget
	}
	if err := in.Done(); err != nil {
		return nil, err
	}
	found, err := o.yours.Adapt(asked)
	if err != nil {
		return nil, err
	}
	names := besides[found.DType]
	ok := map[string]any{"dtype": found.DType, names[0]: found.Data}
	if names[1] != "" {
		ok[names[1]] = found.Beside
	}
	return result(ok, nil)
}
