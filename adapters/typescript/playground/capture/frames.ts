/** The frames of a capture. */
import { isRepair, Splitter } from "../../src/index.js";
import { counted } from "../bytes.js";
import { type Carried, carriedBy } from "./datagrams.js";
import { packetsOf } from "./packets.js";

/** A frame, or what came in its place, between two ends. */
export interface CapturedFrame {
  /** Seconds after the first packet. */
  readonly seconds: number;
  readonly transport: "udp" | "tcp";
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  /** Why it is no whole frame: how a direction of TCP ended, or what of a datagram was not captured. */
  readonly end?: string;
}

const MOST_WAITING_SEGMENTS = 1024;
const SERIAL = 2 ** 32;

/**
 * The frames of a capture in the order in which they were whole. Datagrams are taken that begin as frames or repair do,
 * and all from or to a port that has carried one. Throws InputError for what is no capture.
 */
export function framesIn(file: Uint8Array): CapturedFrame[] {
  const packets = packetsOf(file);
  const start = packets[0]?.seconds ?? 0;
  const directions = new Map<string, Direction>();
  const found: CapturedFrame[] = [];
  for (const carried of carriedBy(packets)) {
    const { protocol: transport, from, to } = carried;
    const told = { seconds: carried.seconds - start, transport, from, to };
    if (transport === "udp") {
      const { bytes, missing } = carried;
      const cut = missing > 0 ? { end: `captured without its last ${counted(missing, "byte")}` } : {};
      if (bytes.length > 0) found.push({ ...told, bytes, ...cut });
      continue;
    }
    if (carried.missing > 0) continue; // as if it were lost: where it ends is not known
    const name = `${from} ${to}`;
    const direction = carried.begins ? new Direction() : (directions.get(name) ?? new Direction());
    directions.set(name, direction);
    for (const frame of direction.frames(carried)) found.push({ ...told, bytes: frame });
    const end = direction.toldEnd();
    if (end !== undefined) found.push({ ...told, bytes: new Uint8Array(), end });
  }
  return ours(found);
}

/** Without the datagrams of others: those between ends of which none has carried what looks like a frame. */
function ours(found: readonly CapturedFrame[]): CapturedFrame[] {
  const known = new Set(found.filter(looksLikeOurs).flatMap(({ from, to }) => [from, to]));
  return found.filter(({ from, to }) => known.has(from) || known.has(to));
}

const looksLikeOurs = ({ bytes }: CapturedFrame): boolean =>
  isRepair(bytes) || (bytes.length >= 33 && bytes[0] === 1 && bytes[1] <= 4 && bytes[3] === 0);

/** One direction of a connection: its segments in order, divided into frames. */
class Direction {
  readonly #splitter = new Splitter();
  readonly #waiting = new Map<number, Carried>();
  #next: number | undefined;
  #isEndTold = false;

  /** The frames that are whole with a segment. */
  *frames(segment: Carried): Generator<Uint8Array> {
    const first = (segment.sequence + (segment.begins ? 1 : 0)) % SERIAL;
    this.#next ??= first;
    if (this.#waiting.size < MOST_WAITING_SEGMENTS) this.#waiting.set(first, segment);
    if ((this.#next - first + SERIAL) % SERIAL >= SERIAL / 2) return; // then none of the others can be taken either
    for (let taken = true; taken; ) {
      taken = false;
      for (const [at, waiting] of this.#waiting) {
        const known = (this.#next - at + SERIAL) % SERIAL;
        if (known >= SERIAL / 2) continue;
        this.#waiting.delete(at);
        const fresh = waiting.bytes.subarray(Math.min(known, waiting.bytes.length));
        this.#next = (this.#next + fresh.length) % SERIAL;
        taken = true;
        yield* this.#splitter.frames(fresh);
        if (waiting.ends) this.#splitter.finish();
      }
    }
  }

  /** How the direction ended, once. */
  toldEnd(): string | undefined {
    const { end } = this.#splitter;
    if (end === undefined || this.#isEndTold) return undefined;
    this.#isEndTold = true;
    return end === "clean" ? "ends" : end;
  }
}
