/**
 * Prints one line of JSON: `frame` the seed's frame in µs, `quant` the quantizers over 1 Mi elements in ms, with adapt at
 * 20 dB and where Q4 all but passes, and `rs` a code of 32 and 8 in MB/s of data, with a copy of the data.
 */
import { argv } from "node:process";
import { crc32 } from "../src/crc32.js";
import {
  adapt,
  decode,
  dequantize,
  encode,
  type Frame,
  quantize,
  readMessage,
  rsDecode,
  rsEncode,
} from "../src/index.js";

const TURNS = 15;
const ELEMENTS = 1 << 20;
const SHARD_BYTES = 1 << 16;
const FORMS = ["f16", "i8", "q4", "sparse"] as const;

/** The median time of some turns, in ms for one call, after one turn that nothing is made of. */
function median(calls: number, work: () => unknown): number {
  const times: number[] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const began = performance.now();
    for (let call = 0; call < calls; call++) work();
    if (turn > 0) times.push((performance.now() - began) / calls);
  }
  return times.sort((one, other) => one - other)[TURNS >> 1];
}

function rounded(figures: Record<string, number>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, +value.toFixed(2)])));
}

function frameFigures(): Record<string, number> {
  const payload = Uint8Array.from({ length: 4096 }, (_, at) => (at * 7) & 0x3b);
  const slices = [{ dtype: 1, dims: [1, 2048], payload }];
  const given: Frame = { type: 0, flags: 0, streamId: 1, frameSeq: 1n, spaceHash32: 0, modality: 0, slices };
  const bytes = encode(given);
  return {
    decode_us: 1000 * median(2000, () => decode(bytes)),
    read_message_us: 1000 * median(2000, () => readMessage(decode(bytes))),
    encode_us: 1000 * median(2000, () => encode(given)),
    crc32_us: 1000 * median(2000, () => crc32(bytes)),
  };
}

function quantFigures(): Record<string, number> {
  const data = new Uint8Array(2 * ELEMENTS);
  let state = 1;
  for (let at = 0; at < data.length; at += 2) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const half = 0x2c00 + ((state >>> 8) % 0x1400) + (state & 0x8000); // magnitudes from 1/16 to 2
    data[at] = half;
    data[at + 1] = half >>> 8;
  }
  const { codes, scale } = quantize(4, data);
  const adapted = (tolerance: number) => () => adapt(data, { dims: [ELEMENTS], allow: FORMS, tolerance });
  return {
    q4_ms: median(1, () => quantize(4, data)),
    i8_ms: median(1, () => quantize(8, data)),
    deq4_ms: median(1, () => dequantize(4, ELEMENTS, codes, scale)),
    adapt_ms: median(1, adapted(178_738)), // the least with which Q4 passes
    adapt_i8_ms: median(1, adapted(178_737)),
  };
}

function rsFigures(): Record<string, number> {
  const shards = Array.from({ length: 32 }, (_, row) => new Uint8Array(SHARD_BYTES).map((_, at) => at * 7 + row));
  const given = [...shards, ...rsEncode(32, 8, shards)].map((shard, at) => (at < 8 ? null : shard));
  const speed = (work: () => unknown) => (32 * SHARD_BYTES) / 1000 / median(1, work);
  return {
    encode_mb_s: speed(() => rsEncode(32, 8, shards)),
    decode_mb_s: speed(() => rsDecode(32, 8, given)),
    copy_mb_s: speed(() => shards.map((shard) => shard.slice())),
  };
}

const FIGURES = { frame: frameFigures, quant: quantFigures, rs: rsFigures };
const chosen = argv[2];
if (chosen !== "frame" && chosen !== "quant" && chosen !== "rs")
  throw new Error("node build/bench/main.js frame|quant|rs");
console.log(rounded(FIGURES[chosen]()));
