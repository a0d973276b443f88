package testeekit

func (o ops) rsEncode(in *Input) (any, error) {
	k, r, shards := in.U32("k"), in.U32("r"), in.manyBytes("shards")
	if err := in.Done(); err != nil {
		return nil, err
	}
	parity, err := o.yours.RSEncode(k, r, shards)
	return map[string]any{"parity": texts(parity)}, err
}

func (o ops) rsDecode(in *Input) (any, error) {
	k, r, shards := in.U32("k"), in.U32("r"), in.bytesOrNull("shards")
	if err := in.Done(); err != nil {
		return nil, err
	}
	all, err := o.yours.RSDecode(k, r, shards)
	return map[string]any{"shards": texts(all)}, err
}

func (o ops) repairEncode(in *Input) (any, error) {
	of, frames := Repaired{in.U32("stream_id"), in.U64("base"), in.U32("r"), in.U32("step")}, in.manyBytes("frames")
	if err := in.Done(); err != nil {
		return nil, err
	}
	repair, err := o.yours.RepairEncode(of, frames)
	return map[string]any{"repair": texts(repair)}, err
}

func (o ops) repairDecode(in *Input) (any, error) {
	repair, frames := in.manyBytes("repair"), in.manyBytes("frames")
	in.Require(len(repair) > 0, "there is no repair")
	if err := in.Done(); err != nil {
		return nil, err
	}
	missing, err := o.yours.RepairDecode(repair, frames)
	return map[string]any{"frames": texts(missing)}, err
}
