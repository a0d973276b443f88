import { type Code, ResonantError } from "../errors.js";
import { MAX_FRAME_BYTES, MIN_FRAME_BYTES } from "../frame.js";

/** The bytes of the length before each frame. */
export const LENGTH_BYTES = 4;

/** Where the bytes of a direction end: between two frames, or with the code with which the connection is closed. */
export type StreamEnd = "clean" | Code;

/** A frame behind its length, in one piece (TCP-1). Throws `FRAME_TOO_SHORT` and `FRAME_TOO_LARGE` (TCP-23). */
export function joined(frame: Uint8Array): Uint8Array {
  const code = lengthCode(frame.length);
  if (code !== undefined) throw new ResonantError(code, `a frame of ${frame.length} bytes`, "TCP-23");
  const bytes = new Uint8Array(LENGTH_BYTES + frame.length);
  new DataView(bytes.buffer).setUint32(0, frame.length, true);
  bytes.set(frame, LENGTH_BYTES);
  return bytes;
}

/** Why no frame is as long as that, if so (TCP-3, TCP-4). */
function lengthCode(length: number): Code | undefined {
  if (length < MIN_FRAME_BYTES) return "FRAME_TOO_SHORT";
  return length > MAX_FRAME_BYTES ? "FRAME_TOO_LARGE" : undefined;
}

/**
 * Finds the frames in the bytes of a connection, however they are divided. It holds the frame that is not whole yet, and
 * asks for memory for it only when its length is known to be one.
 */
export class Splitter {
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthHeld = 0;
  #frame: Uint8Array | undefined;
  #frameHeld = 0;
  #end: StreamEnd | undefined;

  /** How many bytes wait for the rest of their frame, its length included; at most 65,540 (TCP-5). */
  get held(): number {
    return this.#end === undefined ? this.#lengthHeld + this.#frameHeld : 0;
  }

  /** How the bytes have ended, if they have. */
  get end(): StreamEnd | undefined {
    return this.#end;
  }

  /**
   * The frames that are whole with these bytes, copies of their own, one at a time; they have to be taken to the last.
   * Nothing is read behind a length that is none, which `end` tells then.
   */
  *frames(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < chunk.length && this.#end === undefined; ) {
      at += this.#frame === undefined ? this.#takeLength(chunk, at) : this.#takeFrame(this.#frame, chunk, at);
      if (this.#frame === undefined || this.#frameHeld < this.#frame.length) continue;
      const whole = this.#frame;
      this.#drop();
      yield whole;
    }
  }

  /** The other end stops sending (TCP-10, TCP-11). */
  finish(): StreamEnd {
    this.#end ??= this.held === 0 ? "clean" : "TRUNCATED_FRAME";
    this.#drop();
    return this.#end;
  }

  #takeLength(chunk: Uint8Array, at: number): number {
    const taken = chunk.subarray(at, at + LENGTH_BYTES - this.#lengthHeld);
    this.#length.set(taken, this.#lengthHeld);
    this.#lengthHeld += taken.length;
    if (this.#lengthHeld < LENGTH_BYTES) return taken.length;
    const length = new DataView(this.#length.buffer).getUint32(0, true);
    this.#end = lengthCode(length);
    if (this.#end === undefined) this.#frame = new Uint8Array(length);
    return taken.length;
  }

  #takeFrame(frame: Uint8Array, chunk: Uint8Array, at: number): number {
    const taken = chunk.subarray(at, at + frame.length - this.#frameHeld);
    frame.set(taken, this.#frameHeld);
    this.#frameHeld += taken.length;
    return taken.length;
  }

  #drop(): void {
    this.#frame = undefined;
    this.#frameHeld = 0;
    this.#lengthHeld = 0;
  }
}
