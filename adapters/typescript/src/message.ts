import { decode } from "./decode.js";
import { ResonantError } from "./errors.js";
import { type DecodeOptions, Dtype, elementCount, type Frame, MessageType, type Slice } from "./frame.js";
import { JsonError, readObject } from "./json/read.js";
import { Double, type JsonObject, type JsonValue } from "./json/value.js";
import { checkScale, SCALE_BLOCK } from "./quant.js";
import { checkIndex } from "./sparse.js";

/** A tensor of a message: one slice, and the payload of its scale or index slice where it has one. */
export interface Tensor extends Slice {
  readonly scale: Uint8Array | null;
  readonly index: Uint8Array | null;
}

/** The meaning of a frame's slices (message.md, section 1). */
export type Message =
  | { readonly kind: "think"; readonly hidden: Tensor }
  | { readonly kind: "cache"; readonly keys: Tensor; readonly values: Tensor }
  | { readonly kind: "ask"; readonly query: Tensor; readonly context: Tensor | null }
  | { readonly kind: "sync"; readonly json: JsonObject }
  | { readonly kind: "heart" }
  | {
      readonly kind: "critique";
      readonly divergence: Tensor;
      readonly mask: Uint8Array | null;
      readonly explanation: JsonObject | null;
    };

const OPENING_BRACE = 0x7b;

/** The message of a frame, which is decoded first (MSG-21). Throws ResonantError and MissingTransformError. */
export function decodeMessage(bytes: Uint8Array, options: DecodeOptions = {}): Message {
  return readMessage(decode(bytes, options));
}

/** The message that the slices of a frame make (MSG-1). Throws ResonantError with the first fault (MSG-6). */
export function readMessage(frame: Pick<Frame, "type" | "slices">): Message {
  const slots = new Slots(frame.slices);
  const read = READERS[frame.type];
  if (read === undefined) throw new ResonantError("BAD_TYPE", `type ${frame.type}`);
  const message = read(slots);
  slots.end();
  return message;
}

const READERS: Readonly<Partial<Record<number, (slots: Slots) => Message>>> = {
  [MessageType.Think]: (slots) => ({ kind: "think", hidden: slots.tensor("hidden") }),
  [MessageType.Cache]: (slots) => ({ kind: "cache", keys: slots.tensor("keys"), values: slots.tensor("values") }),
  [MessageType.Ask]: (slots) => ({
    kind: "ask",
    query: slots.tensor("query"),
    context: slots.more() ? slots.tensor("context") : null,
  }),
  [MessageType.Sync]: (slots) => (slots.more() ? { kind: "sync", json: slots.json() } : { kind: "heart" }),
  [MessageType.Critique]: readCritique,
};

function readCritique(slots: Slots): Message {
  const divergence = slots.tensor("divergence", [Dtype.F16, Dtype.I8]);
  let mask: Uint8Array | null = null;
  if (slots.more() && slots.peek("a mask or an explanation").payload[0] !== OPENING_BRACE) {
    mask = slots.mask(divergence); // MSG-5
  }
  const explanation = slots.more() ? checkExplanation(slots.json()) : null;
  return { kind: "critique", divergence, mask, explanation };
}

/** The slices of a frame, which slots take from left to right. */
class Slots {
  readonly #slices: readonly Slice[];
  #next = 0;

  constructor(slices: readonly Slice[]) {
    this.#slices = slices;
  }

  more(): boolean {
    return this.#next < this.#slices.length;
  }

  end(): void {
    if (this.more()) throw badSlots("a slice is left over", "MSG-2");
  }

  /** The next slice, which has to be I8 (MSG-3), without taking it. */
  peek(name: string): Slice {
    const slice = this.#slices[this.#next];
    if (slice.dtype !== Dtype.I8) throw badSlots(`${name} of dtype ${slice.dtype}`, "MSG-3");
    return slice;
  }

  tensor(name: string, dtypes?: readonly number[]): Tensor {
    if (!this.more()) throw badSlots(`${name} has no slice`, "MSG-1");
    const slice = this.#slices[this.#next++];
    if (dtypes?.includes(slice.dtype) === false) throw badSlots(`${name} of dtype ${slice.dtype}`, "MSG-3");
    if (slice.dtype === Dtype.SparseCoo) return { ...slice, scale: null, index: this.#index(slice) };
    return { ...slice, scale: slice.dtype === Dtype.F16 ? null : this.#scale(slice), index: null };
  }

  /** The scale slice of a tensor: an F16 slice that follows it is none other (MSG-7). */
  #scale({ dims }: Slice): Uint8Array | null {
    const slice = this.#slices[this.#next];
    if (slice?.dtype !== Dtype.F16) return null;
    this.#next++;
    const blocks = Math.ceil(elementCount(dims) / SCALE_BLOCK);
    if (slice.dims.length !== 1 || slice.dims[0] !== blocks) {
      throw new ResonantError("BAD_SCALE", `[${slice.dims}] for ${blocks} blocks`, "MSG-8");
    }
    checkScale(elementCount(dims), slice.payload, "MSG-8");
    return slice.payload;
  }

  #index(sparse: Slice): Uint8Array {
    const slice = this.#slices[this.#next++];
    if (slice?.dtype !== Dtype.I8) throw badSlots("a sparse tensor has no index", "SPR-1");
    checkIndex(sparse.dims, sparse.payload.length / 2, slice.dims, slice.payload);
    return slice.payload;
  }

  mask(divergence: Slice): Uint8Array {
    const { dims, payload } = this.peek("a mask");
    this.#next++;
    if (dims.length !== divergence.dims.length || dims.some((dim, axis) => dim !== divergence.dims[axis])) {
      throw new ResonantError("BAD_MASK", `[${dims}], the divergence [${divergence.dims}]`);
    }
    if (payload.some((byte) => byte > 1)) throw new ResonantError("BAD_MASK", "a byte is neither 0 nor 1", "MSG-12");
    return payload;
  }

  json(): JsonObject {
    const { dims, payload } = this.peek("a JSON slice");
    this.#next++;
    if (dims.length !== 1) throw new ResonantError("BAD_JSON", `a rank of ${dims.length}`);
    try {
      return readObject(payload);
    } catch (error) {
      if (error instanceof JsonError) throw new ResonantError("BAD_JSON", error.message, "MSG-14");
      throw error;
    }
  }
}

/** Check the members that an explanation may have (MSG-20). */
function checkExplanation(object: JsonObject): JsonObject {
  for (const name of ["note", "suggested_correction"]) {
    if (name in object && typeof object[name] !== "string") throw badMember(name);
  }
  if ("magnitude" in object && !isMagnitude(object.magnitude)) throw badMember("magnitude");
  return object;
}

function isMagnitude(value: JsonValue): boolean {
  const number = value instanceof Double ? value.value : value;
  return typeof number === "number" && number >= 0; // -0 is not less than 0 (MSG-23)
}

function badMember(name: string): ResonantError {
  return new ResonantError("BAD_JSON", `${name} is of the wrong type, or less than 0`, "MSG-20");
}

function badSlots(detail: string, clause: string): ResonantError {
  return new ResonantError("BAD_SLOTS", detail, clause);
}
