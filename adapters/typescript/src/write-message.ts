import { checkSlices } from "./encode.js";
import { ResonantError } from "./errors.js";
import { Dtype, elementCount, type Frame, MessageType, type Slice } from "./frame.js";
import { Double } from "./json/value.js";
import { type Message, readMessage } from "./message.js";
import { SCALE_BLOCK } from "./quant.js";

/** A value to be written as JSON: what `readObject` gives, or what programs work with. */
export type WrittenValue = null | boolean | string | number | Double | readonly WrittenValue[] | WrittenObject;

/** An object to be written as JSON. */
export type WrittenObject = { readonly [name: string]: WrittenValue };

/** A tensor to be written; one without `scale` or `index` has none. */
export type WrittenTensor = Slice & { readonly scale?: Uint8Array | null; readonly index?: Uint8Array | null };

/** A message to be written: a `Message`, whose optional slots may be left out, and whose objects may be plain ones. */
export type WrittenMessage =
  | { readonly kind: "think"; readonly hidden: WrittenTensor }
  | { readonly kind: "cache"; readonly keys: WrittenTensor; readonly values: WrittenTensor }
  | { readonly kind: "ask"; readonly query: WrittenTensor; readonly context?: WrittenTensor | null }
  | { readonly kind: "sync"; readonly json: WrittenObject }
  | { readonly kind: "heart" }
  | {
      readonly kind: "critique";
      readonly divergence: WrittenTensor;
      readonly mask?: Uint8Array | null;
      readonly explanation?: WrittenObject | null;
    };

const UTF8 = new TextEncoder();

/**
 * The type and the slices of a message (specs/message.md). Throws ResonantError for what `readMessage` would reject, or
 * would read as something else (MSG-22).
 */
export function writeMessage(message: WrittenMessage): Pick<Frame, "type" | "slices"> {
  const written = slicesOf(message);
  checkSlices(written.slices);
  const read = readMessage(written);
  const given = tensorsOf(message);
  const same = tensorsOf(read).filter((one, at) => {
    const { payload, scale } = given[at] ?? {};
    return payload === one.payload && (scale ?? null) === one.scale;
  });
  if (same.length === given.length) return written;
  throw new ResonantError("BAD_SLOTS", "an F16 tensor would be read as the scale of the one before it", "MSG-7");
}

function slicesOf(message: WrittenMessage): { type: number; slices: Slice[] } {
  switch (message.kind) {
    case "think":
      return { type: MessageType.Think, slices: tensorSlices(message.hidden) };
    case "cache":
      return { type: MessageType.Cache, slices: [...tensorSlices(message.keys), ...tensorSlices(message.values)] };
    case "ask":
      return {
        type: MessageType.Ask,
        slices: [...tensorSlices(message.query), ...optional(message.context, tensorSlices)],
      };
    case "sync":
      return { type: MessageType.Sync, slices: jsonSlices(message.json) };
    case "heart":
      return { type: MessageType.Sync, slices: [] };
    case "critique": {
      const { divergence, mask, explanation } = message;
      const maskSlices = (payload: Uint8Array) => [{ dtype: Dtype.I8, dims: divergence.dims, payload }];
      const slices = [...tensorSlices(divergence), ...optional(mask, maskSlices), ...optional(explanation, jsonSlices)];
      return { type: MessageType.Critique, slices };
    }
  }
}

function optional<Slot>(slot: Slot | null | undefined, write: (slot: Slot) => Slice[]): Slice[] {
  return slot === null || slot === undefined ? [] : write(slot);
}

function tensorSlices({ dtype, dims, payload, scale, index }: WrittenTensor): Slice[] {
  const slices: Slice[] = [{ dtype, dims, payload }];
  if (scale) slices.push({ dtype: Dtype.F16, dims: [Math.ceil(elementCount(dims) / SCALE_BLOCK)], payload: scale });
  if (index) slices.push({ dtype: Dtype.I8, dims: [payload.length / 2, dims.length, 4], payload: index });
  return slices;
}

function jsonSlices(object: WrittenObject): Slice[] {
  const payload = UTF8.encode(jsonText(object));
  return [{ dtype: Dtype.I8, dims: [payload.length], payload }];
}

/** JSON in which a `Double` is no integer. */
function jsonText(value: WrittenValue): string {
  if (value instanceof Double) return doubleText(value.value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`);
    return `{${members.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isFinite(value)) throw notFinite(value);
  return JSON.stringify(value) ?? "";
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) throw notFinite(value);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function notFinite(value: number): ResonantError {
  return new ResonantError("BAD_JSON", `the number ${value}`, "MSG-18");
}

/** The tensors of a message, in the order of their slots. */
function tensorsOf(message: WrittenMessage | Message): WrittenTensor[] {
  switch (message.kind) {
    case "think":
      return [message.hidden];
    case "cache":
      return [message.keys, message.values];
    case "ask":
      return [message.query, ...(message.context ? [message.context] : [])];
    case "critique":
      return [message.divergence];
    default:
      return [];
  }
}
