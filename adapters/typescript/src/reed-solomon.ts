import { ResonantError } from "./errors.js";
import { addScaled, combined, inverse, inverted, type Matrix } from "./galois.js";

/** The most shards of data and of parity that a code has (RSC-4). */
export const MAX_DATA_SHARDS = 128;
export const MAX_PARITY_SHARDS = 32;

/**
 * The parity of `k` shards of data, which are equally long: `r` shards, any of which stands in for one that is lost (RSC-3).
 * Throws `FIELD_RANGE` and `LENGTH_MISMATCH`.
 */
export function rsEncode(k: number, r: number, shards: readonly Uint8Array[]): Uint8Array[] {
  checkCode(k, r);
  checkShards(k, shards, shards);
  return combined(parityRows(k, span(k, k + r)), shards);
}

/**
 * All `k + r` shards, data before parity, from those that are there; null or undefined stands for one that is missing.
 * Those that are there are the same arrays as given, even where they disagree (RSC-7). Throws `FIELD_RANGE`,
 * `LENGTH_MISMATCH` and, with fewer than `k`, `NOT_RECOVERABLE`.
 */
export function rsDecode(k: number, r: number, shards: readonly (Uint8Array | null | undefined)[]): Uint8Array[] {
  checkCode(k, r);
  const there = shards.filter((shard) => shard != null);
  checkShards(k + r, shards, there);
  if (there.length < k) throw new ResonantError("NOT_RECOVERABLE", `${there.length} shards, of ${k} that it takes`);
  const data = recoveredData(k, shards);
  const lost = span(k, k + r).filter((number) => shards[number] == null);
  const parity = new Map(combined(parityRows(k, lost), data).map((found, at) => [lost[at], found]));
  return [...data, ...span(k, k + r).map((number) => shards[number] ?? (parity.get(number) as Uint8Array))];
}

/** The k shards of data from shards of which at least k are there; all of these are equally long. */
export function recoveredData(k: number, shards: readonly (Uint8Array | null | undefined)[]): Uint8Array[] {
  const lost = span(0, k).filter((number) => shards[number] == null);
  const used = Array.from(shards.keys()).filter((number) => shards[number] != null);
  const numbers = used.slice(0, k);
  const given = numbers.map((number) => shards[number] as Uint8Array);
  const found = lost.length > 0 ? combined(recoveringRows(k, lost, numbers), given) : [];
  const recovered = new Map(found.map((shard, at) => [lost[at], shard]));
  return span(0, k).map((number) => shards[number] ?? (recovered.get(number) as Uint8Array));
}

function checkCode(k: number, r: number): void {
  const fits = (count: number, most: number) => Number.isInteger(count) && count >= 1 && count <= most;
  if (fits(k, MAX_DATA_SHARDS) && fits(r, MAX_PARITY_SHARDS)) return;
  throw new ResonantError("FIELD_RANGE", `a code of ${k} and ${r} shards`, "RSC-4");
}

function checkShards(count: number, shards: readonly unknown[], there: readonly Uint8Array[]): void {
  if (shards.length !== count) {
    throw new ResonantError("LENGTH_MISMATCH", `${shards.length} shards, not ${count}`, "RSC-5");
  }
  if (there.some(({ length }) => length !== there[0].length)) {
    throw new ResonantError("LENGTH_MISMATCH", "shards of different lengths", "RSC-5");
  }
}

function span(from: number, end: number): number[] {
  return Array.from({ length: end - from }, (_, at) => from + at);
}

/** The coefficients of the data in parity shards with these numbers (RSC-2). */
function parityRows(k: number, numbers: readonly number[]): Matrix {
  return numbers.map((number) => Uint8Array.from({ length: k }, (_, data) => inverse(number ^ data)));
}

/**
 * The coefficients by which lost data follows from the k shards with these numbers: all data that is there, and as much
 * parity as is lost. The parity less the share of the data that is there is the lost data times a corner of the Cauchy
 * matrix, whose inverse gives it back.
 */
function recoveringRows(k: number, lost: readonly number[], numbers: readonly number[]): Matrix {
  const kept = k - lost.length;
  const rows = parityRows(k, numbers.slice(kept));
  const corner = inverted(rows.map((row) => Uint8Array.from(lost, (data) => row[data])));
  const shares = rows.map((row, at) => {
    const share = Uint8Array.from(numbers, (number, place) => (place < kept ? row[number] : 0));
    share[kept + at] = 1;
    return share;
  });
  return corner.map((coefficients) => {
    const sum = new Uint8Array(k);
    for (const [at, share] of shares.entries()) addScaled(sum, share, coefficients[at]);
    return sum;
  });
}
