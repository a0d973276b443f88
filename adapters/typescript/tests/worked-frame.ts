import type { Frame } from "../src/index.js";

/** What the worked frame of specs/frame.md, section 7, holds. */
export const FRAME: Frame = {
  type: 0,
  flags: 0,
  streamId: 0x1234,
  frameSeq: 1n,
  spaceHash32: 0,
  modality: 0,
  slices: [{ dtype: 1, dims: [2], payload: Uint8Array.of(0, 0x3c, 0, 0xc0) }],
};
