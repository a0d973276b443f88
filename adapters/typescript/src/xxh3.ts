import { viewOf } from "./binary.js";

const SECRET = hex(
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221" +
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb" +
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
);
const PRIME32_1 = 0x9e3779b1;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
/** The lanes before the first stripe. */
const LANES = [
  0xc2b2ae3dn,
  PRIME64_1,
  PRIME64_2,
  PRIME64_3,
  0x85ebca77c2b2ae63n,
  0x85ebca77n,
  0x27d4eb2f165667c5n,
  0x9e3779b1n,
];

const STRIPE = 64;
const STRIPES_IN_BLOCK = 16;
const SCRAMBLE_AT = 128;
const LAST_STRIPE_AT = 121;
const MERGE_AT = 11;
/** What is longer than this is hashed in stripes. */
const MAX_SHORT = 240;
/** How much is kept until more comes, so that the last stripe, and all of a short input, are at hand. */
const KEPT = 256;

/** XXH3 with 64 bits, seed 0 and the default secret (FRM-37), of bytes that come piece by piece. */
export class Xxh3 {
  /** The last stripe that was hashed, and behind it the bytes that were not. */
  readonly #buffer = new Uint8Array(STRIPE + KEPT);
  readonly #lanes = new Uint32Array(16);
  #kept = 0;
  #stripe = 0;
  #length = 0;

  constructor() {
    LANES.forEach((lane, index) => {
      this.#lanes[2 * index] = Number(lane & 0xffff_ffffn);
      this.#lanes[2 * index + 1] = Number(lane >> 32n);
    });
  }

  /** Hashes more bytes. */
  update(bytes: Uint8Array): this {
    let at = 0;
    this.#length += bytes.length;
    if (this.#kept + bytes.length > KEPT) {
      at = KEPT - this.#kept;
      this.#buffer.set(bytes.subarray(0, at), STRIPE + this.#kept);
      this.#stripes(this.#buffer, STRIPE, KEPT / STRIPE);
      this.#buffer.copyWithin(0, KEPT);
      this.#kept = 0;
      const whole = Math.floor((bytes.length - at - 1) / STRIPE);
      if (whole > 0) {
        this.#stripes(bytes, at, whole);
        at += whole * STRIPE;
        this.#buffer.set(bytes.subarray(at - STRIPE, at));
      }
    }
    this.#buffer.set(bytes.subarray(at), STRIPE + this.#kept);
    this.#kept += bytes.length - at;
    return this;
  }

  /** The hash of all bytes so far; more may follow. */
  digest(): bigint {
    const end = STRIPE + this.#kept;
    if (this.#length <= MAX_SHORT) return short(this.#buffer.subarray(STRIPE, end));
    const lanes = this.#lanes.slice();
    const stripe = this.#stripe;
    this.#stripes(this.#buffer, STRIPE, Math.floor((this.#kept - 1) / STRIPE));
    accumulate(this.#lanes, this.#buffer, end - STRIPE, LAST_STRIPE_AT);
    let hash = u64(BigInt(this.#length) * PRIME64_1);
    for (let pair = 0; pair < 4; pair += 1) {
      const key = MERGE_AT + 16 * pair;
      hash += folded(this.#lane(2 * pair) ^ secret(key), this.#lane(2 * pair + 1) ^ secret(key + 8));
    }
    this.#lanes.set(lanes);
    this.#stripe = stripe;
    return avalanche(u64(hash));
  }

  #stripes(bytes: Uint8Array, from: number, count: number): void {
    for (let index = 0; index < count; index += 1) {
      accumulate(this.#lanes, bytes, from + STRIPE * index, 8 * this.#stripe);
      this.#stripe += 1;
      if (this.#stripe < STRIPES_IN_BLOCK) continue;
      scramble(this.#lanes);
      this.#stripe = 0;
    }
  }

  #lane(index: number): bigint {
    return (BigInt(this.#lanes[2 * index + 1] as number) << 32n) | BigInt(this.#lanes[2 * index] as number);
  }
}

/** XXH3 of some bytes (FRM-37). */
export function xxh3(bytes: Uint8Array): bigint {
  return new Xxh3().update(bytes).digest();
}

// Lanes of 64 bits are pairs of 32: in bigint this takes fifteen times as long.

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function accumulate(lanes: Uint32Array, bytes: Uint8Array, at: number, key: number): void {
  for (let lane = 0; lane < 8; lane += 1) {
    const low = word(bytes, at + 8 * lane);
    const high = word(bytes, at + 8 * lane + 4);
    add(lanes, lane ^ 1, low, high);
    addProduct(
      lanes,
      lane,
      (low ^ word(SECRET, key + 8 * lane)) >>> 0,
      (high ^ word(SECRET, key + 8 * lane + 4)) >>> 0,
    );
  }
}

function add(lanes: Uint32Array, lane: number, low: number, high: number): void {
  const sum = (lanes[2 * lane] as number) + low;
  lanes[2 * lane] = sum;
  lanes[2 * lane + 1] = (lanes[2 * lane + 1] as number) + high + (sum > 0xffff_ffff ? 1 : 0);
}

function addProduct(lanes: Uint32Array, lane: number, one: number, other: number): void {
  add(lanes, lane, Math.imul(one, other) >>> 0, highProduct(one, other));
}

/** The upper half of a product of two u32. */
function highProduct(one: number, other: number): number {
  const one0 = one & 0xffff;
  const one1 = one >>> 16;
  const other0 = other & 0xffff;
  const other1 = other >>> 16;
  const middle = one1 * other0 + ((one0 * other0) >>> 16);
  const carry = ((one0 * other1 + (middle % 0x10000)) / 0x10000) >>> 0;
  return one1 * other1 + Math.floor(middle / 0x10000) + carry;
}

function scramble(lanes: Uint32Array): void {
  for (let lane = 0; lane < 8; lane += 1) {
    const high = lanes[2 * lane + 1] as number;
    const low = ((lanes[2 * lane] as number) ^ (high >>> 15) ^ word(SECRET, SCRAMBLE_AT + 8 * lane)) >>> 0;
    const mixed = (high ^ word(SECRET, SCRAMBLE_AT + 8 * lane + 4)) >>> 0;
    lanes[2 * lane] = Math.imul(low, PRIME32_1);
    lanes[2 * lane + 1] = highProduct(low, PRIME32_1) + (Math.imul(mixed, PRIME32_1) >>> 0);
  }
}

// Short inputs, and the end of long ones, are a few steps in bigint.

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const secret = (at: number): bigint => viewOf(SECRET).getBigUint64(at, true);

function folded(one: bigint, other: bigint): bigint {
  const product = one * other;
  return u64(product) ^ (product >> 64n);
}

function avalanche(hash: bigint): bigint {
  const mixed = u64((hash ^ (hash >> 37n)) * 0x165667919e3779f9n);
  return mixed ^ (mixed >> 32n);
}

function avalanche64(hash: bigint): bigint {
  const first = u64((hash ^ (hash >> 33n)) * PRIME64_2);
  const second = u64((first ^ (first >> 29n)) * PRIME64_3);
  return second ^ (second >> 32n);
}

function short(bytes: Uint8Array): bigint {
  const { length } = bytes;
  if (length > 16) return medium(bytes);
  const view = viewOf(bytes);
  if (length > 8) {
    const low = view.getBigUint64(0, true) ^ secret(24) ^ secret(32);
    const high = view.getBigUint64(length - 8, true) ^ secret(40) ^ secret(48);
    return avalanche(u64(BigInt(length) + swapped(low) + high + folded(low, high)));
  }
  if (length > 3) {
    const input = (BigInt(view.getUint32(0, true)) << 32n) + BigInt(view.getUint32(length - 4, true));
    return mixed(input ^ secret(8) ^ secret(16), BigInt(length));
  }
  if (length === 0) return avalanche64(secret(56) ^ secret(64));
  const [first, middle, last] = [view.getUint8(0), view.getUint8(length >> 1), view.getUint8(length - 1)];
  const input = BigInt(((first << 16) | (middle << 24) | last | (length << 8)) >>> 0);
  return avalanche64(input ^ ((secret(0) ^ (secret(0) >> 32n)) & 0xffff_ffffn));
}

function swapped(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view.getBigUint64(0);
}

function mixed(input: bigint, length: bigint): bigint {
  const rotated = (bits: bigint) => u64(input << bits) | (input >> (64n - bits));
  const prime = 0x9fb21c651e98df25n;
  const first = u64((input ^ rotated(49n) ^ rotated(24n)) * prime);
  const second = u64((first ^ u64((first >> 35n) + length)) * prime);
  return second ^ (second >> 28n);
}

function medium(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  const { length } = bytes;
  const mix = (at: number, key: number): bigint =>
    folded(view.getBigUint64(at, true) ^ secret(key), view.getBigUint64(at + 8, true) ^ secret(key + 8));
  let hash = u64(BigInt(length) * PRIME64_1);
  if (length <= 128) {
    for (let pair = Math.floor((length - 1) / 32); pair >= 0; pair -= 1) {
      hash += mix(16 * pair, 32 * pair) + mix(length - 16 * (pair + 1), 32 * pair + 16);
    }
    return avalanche(u64(hash));
  }
  for (let round = 0; round < 8; round += 1) hash += mix(16 * round, 16 * round);
  hash = avalanche(u64(hash));
  for (let round = 8; round < length >> 4; round += 1) hash += mix(16 * round, 16 * (round - 8) + 3);
  return avalanche(u64(hash + mix(length - 16, 119)));
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
