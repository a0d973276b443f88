import { Dtype, encode, Flag, type Frame, halvesOf, MessageType, type Slice } from "../src/index.js";
import { fromHex, InputError, keyFrom, numbersFrom, wholeFrom, wholeNumbersFrom } from "./bytes.js";
import { inBytes } from "./fields.js";

const U32 = 0xffff_ffffn;
const U64 = 0xffff_ffff_ffff_ffffn;
const UTF8 = new TextEncoder();
const NONCE_BYTES = 24;

/** A slice as a form has it. `content`: numbers, bytes behind `0x`, or text behind a quotation mark. */
export interface SliceForm {
  readonly dtype: string;
  readonly dims: string;
  readonly content: string;
}

/** A frame as a form has it: texts as they were typed. */
export interface FrameForm {
  readonly type: string;
  readonly flags: readonly string[];
  readonly streamId: string;
  readonly frameSeq: string;
  readonly spaceHash32: string;
  readonly modality: string;
  readonly key: string;
  readonly nonce: string;
  readonly slices: readonly SliceForm[];
}

/** The bytes of the frame. Throws InputError for what was typed wrong, and ResonantError for a frame that is refused. */
export function frameBytes(form: FrameForm): Uint8Array {
  const flags = form.flags.reduce((sum, name) => sum | Flag[name as keyof typeof Flag], 0);
  const frame: Frame = {
    type: Number(form.type),
    flags,
    streamId: Number(wholeFrom(form.streamId, "stream_id", U32)),
    frameSeq: wholeFrom(form.frameSeq, "frame_seq", U64),
    spaceHash32: Number(wholeFrom(form.spaceHash32, "space_hash32", U32)),
    modality: Number(form.modality),
    slices: form.slices.map(sliceOf),
  };
  return (flags & Flag.XCHACHA) === 0 ? encode(frame) : encode(frame, sealing(form));
}

function sealing(form: FrameForm): { key: Uint8Array; nonce: Uint8Array } {
  const key = keyFrom(form.key);
  if (key === undefined) throw new InputError("a sealed frame needs a key of 32 bytes");
  const nonce = fromHex(form.nonce);
  if (nonce.length !== NONCE_BYTES) throw new InputError(`the nonce has ${inBytes(nonce.length)}, not ${NONCE_BYTES}`);
  return { key, nonce };
}

/** A slice of a form. Where no dims were typed it has one, of as many elements as there are. */
export function sliceOf({ dtype, dims, content }: SliceForm): Slice {
  const [payload, count] = payloadOf(Number(dtype), content.trim());
  const typed = wholeNumbersFrom(dims, 0, Number(U32));
  return { dtype: Number(dtype), dims: typed.length === 0 ? [count] : typed, payload };
}

function payloadOf(dtype: number, content: string): [payload: Uint8Array, count: number] {
  if (content.startsWith("0x")) return counted(dtype, fromHex(content));
  if (content.startsWith('"') || content.startsWith("{")) {
    return counted(dtype, UTF8.encode(content.startsWith('"') ? content.replace(/^"|"$/g, "") : content));
  }
  switch (dtype) {
    case Dtype.I8:
      return counted(
        dtype,
        Uint8Array.from(Int8Array.from(wholeNumbersFrom(content, -128, 127)), (code) => code & 0xff),
      );
    case Dtype.Q4:
      return nibbles(wholeNumbersFrom(content, -8, 7));
    default:
      return counted(dtype, halvesOf(Float32Array.from(numbersFrom(content))));
  }
}

function counted(dtype: number, payload: Uint8Array): [Uint8Array, number] {
  const perByte = dtype === Dtype.I8 ? 1 : dtype === Dtype.Q4 ? 2 : 0.5;
  return [payload, Math.floor(payload.length * perByte)];
}

/** Codes of four bits, the first in the low half of its byte (QNT-9). */
function nibbles(codes: readonly number[]): [Uint8Array, number] {
  const payload = new Uint8Array(Math.ceil(codes.length / 2));
  codes.forEach((code, at) => {
    payload[at >> 1] |= (code & 0xf) << (4 * (at & 1));
  });
  return [payload, codes.length];
}

/** The frame that the form shows at first: a Think of four numbers. */
export const FIRST_FORM: FrameForm = {
  type: String(MessageType.Think),
  flags: [],
  streamId: "0x1234",
  frameSeq: "1",
  spaceHash32: "0",
  modality: "0",
  key: "",
  nonce: "",
  slices: [{ dtype: String(Dtype.F16), dims: "2 2", content: "1 -0.5 0.25 65504" }],
};
