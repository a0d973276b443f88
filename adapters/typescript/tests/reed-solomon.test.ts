import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../fuzz/random.js";
import { type Code, ResonantError, rsDecode, rsEncode } from "../src/index.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const shardsOf = (texts: readonly string[]): Uint8Array[] =>
  texts.map((text) => Uint8Array.from(Buffer.from(text, "hex")));

// The worked code of specs/reed-solomon.md.
const DATA = shardsOf(["0100", "0002", "0380", "ff10"]);
const PARITY = shardsOf(["3ef7", "d022", "80eb"]);

function refused(code: Code, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof ResonantError && error.code === code);
}

/** The product by the polynomials themselves: RSC-1 without tables. */
function longProduct(one: number, other: number): number {
  let sum = 0;
  for (let bit = 0; bit < 8; bit++) if ((other >> bit) & 1) sum ^= one << bit;
  for (let bit = 15; bit >= 8; bit--) if ((sum >> bit) & 1) sum ^= 0x11d << (bit - 8);
  return sum;
}

test("the worked code is encoded and decoded", () => {
  assert.deepEqual(rsEncode(4, 3, DATA), PARITY);
  const [, one, , three] = DATA;
  const [first, , third] = PARITY;
  assert.deepEqual(rsDecode(4, 3, [null, one, undefined, three, first, null, third]), [...DATA, ...PARITY]);
});

test("a coefficient times the number of its row and column is 1", () => {
  for (const [k, r] of [
    [1, 1],
    [4, 3],
    [128, 32],
  ] as const) {
    for (const column of new Set([0, k >> 1, k - 1])) {
      const unit = Array.from({ length: k }, (_, at) => Uint8Array.of(at === column ? 1 : 0));
      rsEncode(k, r, unit).forEach(([coefficient], row) => {
        assert.equal(longProduct(coefficient, (k + row) ^ column), 1, `${row} ${column}`);
      });
    }
  }
});

test("any k shards give back the rest", () => {
  const random = new Random(1);
  for (const [k, r] of [
    [1, 1],
    [3, 3],
    [5, 2],
    [6, 3],
  ] as const) {
    const data = Array.from({ length: k }, () => random.bytes(9));
    const all = [...data, ...rsEncode(k, r, data)];
    for (let there = 0; there < 1 << (k + r); there++) {
      const given = all.map((shard, at) => ((there >> at) & 1 ? shard : null));
      if (given.filter((shard) => shard !== null).length >= k) assert.deepEqual(rsDecode(k, r, given), all);
      else refused("NOT_RECOVERABLE", () => rsDecode(k, r, given));
    }
  }
});

test("a large code with shards of more than one block gives back all that may be lost", () => {
  const random = new Random(2);
  const data = Array.from({ length: 128 }, () => random.bytes(5000));
  const all = [...data, ...rsEncode(128, 32, data)];
  const lost = new Set<number>();
  while (lost.size < 32) lost.add(random.below(160));
  assert.deepEqual(
    rsDecode(
      128,
      32,
      all.map((shard, at) => (lost.has(at) ? null : shard)),
    ),
    all,
  );
});

test("of too many shards those of lowest number are used, and those that are there stay as they came", () => {
  const [zero, one, two, three] = DATA;
  const wrong = Uint8Array.of(9, 9);
  assert.deepEqual(rsDecode(4, 3, [zero, one, two, three, wrong, null, wrong]), [...DATA, wrong, PARITY[1], wrong]);
  assert.deepEqual(rsDecode(4, 3, [null, one, two, three, PARITY[0], null, wrong]), [
    ...DATA,
    PARITY[0],
    PARITY[1],
    wrong,
  ]);
  const [again, , , , , parity] = rsDecode(4, 3, [null, one, two, three, wrong, null, PARITY[2]]);
  assert.notDeepEqual(again, zero);
  assert.deepEqual(parity, rsEncode(4, 3, [again, one, two, three])[1]);
});

test("shards without bytes have parity without bytes", () => {
  const empty = new Uint8Array(0);
  assert.deepEqual(rsEncode(2, 2, [empty, empty]), [empty, empty]);
  assert.deepEqual(rsDecode(2, 1, [null, empty, empty]), [empty, empty, empty]);
});

test("the first fault is told", () => {
  for (const [k, r] of [
    [0, 1],
    [129, 1],
    [1, 0],
    [1, 33],
    [1.5, 1],
    [Number.NaN, 1],
  ] as const) {
    refused("FIELD_RANGE", () => rsEncode(k, r, []));
    refused("FIELD_RANGE", () => rsDecode(k, r, []));
  }
  refused("LENGTH_MISMATCH", () => rsEncode(4, 3, DATA.slice(1)));
  refused("LENGTH_MISMATCH", () => rsEncode(2, 1, [Uint8Array.of(1), Uint8Array.of(1, 2)]));
  refused("LENGTH_MISMATCH", () => rsDecode(4, 3, DATA));
  refused("LENGTH_MISMATCH", () => rsDecode(3, 1, [Uint8Array.of(1), Uint8Array.of(1, 2), null, null]));
  refused("NOT_RECOVERABLE", () => rsDecode(2, 1, [null, Uint8Array.of(1), null]));
  refused("NOT_RECOVERABLE", () => rsDecode(2, 1, [null, null, null]));
});

test("what was given is not changed", () => {
  const given = [DATA[0], null, DATA[2], DATA[3], null, PARITY[1], null];
  const copies = given.map((shard) => shard && hex(shard));
  rsDecode(4, 3, given);
  assert.deepEqual(
    given.map((shard) => shard && hex(shard)),
    copies,
  );
});
