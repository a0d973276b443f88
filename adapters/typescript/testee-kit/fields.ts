import { toHex } from "./hex.js";
import type { Fields, Slice } from "./implementation.js";
import type { Input } from "./input.js";

/** A frame as data, as specs/ops/fields.json has it. */
export function readFields(input: Input): Fields {
  return {
    type: input.integer("type", 0, 0xff),
    flags: input.integer("flags", 0, 0xffff),
    streamId: input.u32("stream_id"),
    frameSeq: input.u64("frame_seq"),
    spaceHash32: input.u32("space_hash32"),
    modality: input.integer("modality", 0, 0xff),
    slices: readSlices(input),
  };
}

/** The slices of a frame. */
export function readSlices(input: Input): Slice[] {
  return input.objects("slices", (one) => ({
    dtype: one.integer("dtype", 0, 0xff),
    dims: one.u32s("dims"),
    payload: one.bytes("payload"),
  }));
}

/** The same as JSON. */
export function showFields(fields: Fields): object {
  return {
    type: fields.type,
    flags: fields.flags,
    stream_id: fields.streamId,
    frame_seq: fields.frameSeq.toString(),
    space_hash32: fields.spaceHash32,
    modality: fields.modality,
    slices: showSlices(fields.slices),
  };
}

/** The slices of a frame as JSON. */
export function showSlices(slices: readonly Slice[]): object[] {
  return slices.map(({ dtype, dims, payload }) => ({ dtype, dims, payload: toHex(payload) }));
}
