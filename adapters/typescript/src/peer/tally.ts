import { md5 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Xxh3 } from "../xxh3.js";

/** Counts and hashes the bytes of a stream, data frame by data frame (STM-1). */
export class Tally {
  frames = 0n;
  totalLen = 0n;
  readonly #xxh3 = new Xxh3();
  readonly #md5: ReturnType<typeof md5.create> | undefined;

  constructor({ withMd5 }: { withMd5: boolean }) {
    this.#md5 = withMd5 ? md5.create() : undefined;
  }

  add(frame: Uint8Array): void {
    this.frames += 1n;
    this.totalLen += BigInt(frame.length);
    this.#xxh3.update(frame);
    this.#md5?.update(frame);
  }

  /** 16 hexadecimal digits (FRM-38). */
  xxhash3_64(): string {
    return this.#xxh3.digest().toString(16).padStart(16, "0");
  }

  /** 32 hexadecimal digits, undefined where nobody asked for them. */
  md5(): string | undefined {
    return this.#md5 && bytesToHex(this.#md5.clone().digest());
  }
}
