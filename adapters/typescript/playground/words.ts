import {
  Dtype,
  elementCount,
  Flag,
  LENGTH_CLAUSES,
  lengthFits,
  MessageType,
  Modality,
  numbersOf,
} from "../src/index.js";
import { counted } from "./bytes.js";
import { type Fault, fault, grouped, inBytes, type Said } from "./fields.js";

const SHOWN = 4;
const FLAG_BITS = 16;
/** Words for `version` (FRM-2). */
export const versionSaid = (value: bigint): Said =>
  value === 1n ? { meaning: "1" } : wrong(`${value}: the only version is 1`, fault("BAD_VERSION"));

/** Words for `type` (FRM-3). */
export const typeSaid = (value: bigint): Said => named(MessageType, value, "type", fault("BAD_TYPE"));

/** Words for `modality` (FRM-11). */
export const modalitySaid = (value: bigint): Said => named(Modality, value, "modality", fault("BAD_MODALITY"));

/** Words for a CRC (FRM-24). */
export function crcSaid(sent: bigint, computed: number): Said {
  if (sent === BigInt(computed)) return { meaning: "right" };
  return wrong(`wrong, computed 0x${computed.toString(16).padStart(8, "0")}`, fault("CRC_MISMATCH"));
}

/** Words for the `dtype` of a slice (FRM-14). */
export const dtypeSaid = (value: bigint): Said => named(Dtype, value, "dtype", fault("BAD_DTYPE"));

/** Words for `flags` (FRM-4). */
export function flagsSaid(value: bigint): Said {
  const flags = Number(value);
  const known = Object.entries(Flag).filter(([, bit]) => (flags & bit) !== 0);
  const all = Object.values(Flag).reduce((sum, bit) => sum | bit, 0);
  const reserved = Array.from({ length: FLAG_BITS }, (_, bit) => bit).filter((bit) => flags & ~all & (1 << bit));
  const names = known.map(([name]) => name);
  if (reserved.length === 0) return { meaning: names.join(" | ") || "none" };
  return wrong([...names, `reserved bits ${reserved.join(", ")}`].join(" | "), fault("RESERVED_FLAGS"));
}

/** Words for the `rank` of a slice (FRM-15). */
export const rankSaid = (value: bigint): Said =>
  value === 0n ? wrong("0: a single value has dims [1]", fault("BAD_RANK")) : { meaning: String(value) };

/** Words for the dims of a slice. */
export function dimsText(dims: readonly number[]): string {
  const more = dims.length > SHOWN ? [`… ${dims.length - SHOWN} more`] : [];
  return `[${[...dims.slice(0, SHOWN), ...more].join(", ")}]`;
}

/** Words for a payload: its first values, or that its length does not fit the dims (FRM-17 to FRM-20). */
export function payloadSaid(dtype: number, dims: readonly number[], payload: Uint8Array): Said {
  const size = inBytes(payload.length);
  if (lengthFits(dtype, dims, payload.length) === false) {
    return wrong(`${size}, where ${dimsText(dims)} is ${counted(elementCount(dims), "element")}`, lengthFault(dtype));
  }
  const read = READERS[dtype];
  if (read === undefined || payload.length === 0) return { meaning: size };
  const [values, count, unit] = read(payload);
  const more = count > values.length ? [`… ${grouped(count - values.length)} more${unit}`] : [];
  return { meaning: [...values, ...more].join(", ") };
}

/** The fault of a payload whose length does not fit. */
export const lengthFault = (dtype: number): Fault => fault("LENGTH_MISMATCH", LENGTH_CLAUSES[dtype]);

/** A number in binary16 in as many digits as tell it from its neighbours. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const text = Object.is(value, -0) ? "-0" : String(Number(value.toPrecision(5)));
  return text.replace("-", "−");
}

/** A text with a fault. */
export const wrong = (meaning: string, fault: Fault): Said => ({ meaning, fault });

type Shown = readonly [values: readonly string[], count: number, unit: string];

const READERS: Readonly<Partial<Record<number, (payload: Uint8Array) => Shown>>> = {
  [Dtype.F16]: halves,
  [Dtype.SparseCoo]: halves,
  [Dtype.I8]: (payload) => [[...payload.slice(0, SHOWN)].map((code) => String((code << 24) >> 24)), payload.length, ""],
  [Dtype.Q4]: (payload) => {
    const codes = [...payload.slice(0, SHOWN / 2)].flatMap((pair) => [pair << 28, (pair << 24) & ~0xfffffff]);
    return [codes.map((code) => String(code >> 28)), 2 * payload.length, " codes"];
  },
};

function halves(payload: Uint8Array): Shown {
  return [[...numbersOf(payload.slice(0, 2 * SHOWN))].map(numberText), payload.length / 2, ""];
}

function named(names: Readonly<Record<string, number>>, value: bigint, what: string, fault: Fault): Said {
  const found = Object.entries(names).find(([, one]) => BigInt(one) === value);
  if (found !== undefined) return { meaning: found[0] };
  const defined = Object.entries(names).map(([name, one]) => `${one} ${name}`);
  return wrong(`${value}: a ${what} is one of ${defined.join(", ")}`, fault);
}
