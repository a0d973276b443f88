/** Numbers that a seed decides: what was found once is found again (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    return this.u32() % limit;
  }

  oneOf<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32());
  }

  /** A copy of bytes with a few changed, left out or put in. */
  mutated(bytes: Uint8Array): Uint8Array {
    let found = Array.from(bytes);
    for (let changes = 1 + this.below(3); changes > 0; changes--) {
      const at = this.below(found.length + 1);
      switch (this.below(4)) {
        case 0:
          found[at] = (found[at] ?? 0) ^ (1 << this.below(8));
          break;
        case 1:
          found[at] = this.oneOf([0, 1, 0x7b, 0x7d, 0x7f, 0x80, 0xfc, 0xff]);
          break;
        case 2:
          found.splice(at, 1 + this.below(4));
          break;
        default:
          found = [...found.slice(0, at), ...this.bytes(1 + this.below(4)), ...found.slice(at)];
      }
    }
    return Uint8Array.from(found);
  }
}
