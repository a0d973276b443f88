import type { Code } from "../errors.js";
import { MAX_FRAME_BYTES } from "../frame.js";
import type { PeerOptions } from "../peer/peer.js";
import { joined, Splitter } from "./framing.js";
import { type Deadline, Link } from "./link.js";

const FRAME_TIMEOUT_MS = 10_000;

/**
 * One end of a connection that carries bytes, such as one of TCP, without input and output: it is given chunks, ends and
 * the time. No bytes make it throw.
 */
export class ByteLink extends Link {
  readonly #splitter = new Splitter();
  /** When the first byte came of the frame that is not whole. */
  #frameBegan: number | undefined;

  /** The end of a connection that is made now. */
  constructor(options: PeerOptions, now: number) {
    super(options, now, { maxFrameBytes: MAX_FRAME_BYTES, clause: "FRM-26" });
  }

  /** Receives bytes, which are copied. They were in time unless `advance` was called before (TCP-24). */
  receive(chunk: Uint8Array, now: number): void {
    this.pass(now);
    if (this.isClosed || chunk.length === 0) return;
    let hasWhole = false;
    for (const frame of this.#splitter.frames(chunk)) {
      hasWhole = true;
      this.ask(now, (peer) => peer.receive(frame, now));
    }
    const { end, held } = this.#splitter;
    if (end !== undefined && end !== "clean")
      this.ended(now, end); // TCP-3, TCP-4
    else if (held === 0) this.#frameBegan = undefined;
    else if (hasWhole || this.#frameBegan === undefined) this.#frameBegan = now;
  }

  /** The other end stops sending (TCP-10, TCP-11). */
  end(now: number): void {
    this.pass(now);
    if (this.isClosed) return;
    const end = this.#splitter.finish();
    this.ended(now, end === "clean" ? undefined : end);
  }

  /** A frame behind its length (TCP-1). */
  protected override pieceOf(frame: Uint8Array): Uint8Array {
    return joined(frame);
  }

  /** That of the frame that is not whole (TCP-8). */
  protected override ownDeadlines(): readonly Deadline[] {
    if (this.#frameBegan === undefined) return [];
    return [{ at: this.#frameBegan + FRAME_TIMEOUT_MS, code: "FRAME_TIMEOUT" }];
  }

  protected override ended(now: number, code: Code | undefined): void {
    if (this.isClosed) return;
    this.#frameBegan = undefined;
    this.#splitter.finish();
    super.ended(now, code);
  }
}
