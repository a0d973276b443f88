import {
  fitsGroup,
  type GroupName,
  groupOf,
  missingFrames,
  numberOf,
  type Repair,
  type RepairedGroup,
} from "../repair.js";
import { type Ref, refKey } from "./event.js";

/** The groups that a receiver knows (FEC-17). */
const KNOWN_GROUPS = 64;
/** The accepted frames that are kept for recovery, and their bytes (FEC-18). */
const RECOVERY_FRAMES = 2048;
const RECOVERY_BYTES = 16_777_216;
/** The bytes of repair that is kept and of frames that wait (FEC-19). */
const MAX_KEPT_REPAIR_BYTES = 16_777_216;

/** A frame that was accepted. */
interface KeptFrame {
  readonly ref: Ref;
  readonly bytes: Uint8Array;
  readonly sealed: boolean;
}

/** A group of which repair was taken. */
export interface KnownGroup extends RepairedGroup {
  /** Which of its frames are there, and how many. */
  readonly there: boolean[];
  count: number;
  /** The indices of the repair that was taken. */
  readonly taken: Set<number>;
  /** The datagrams' parity by its index, as long as something is missing. */
  readonly parity: Map<number, Uint8Array>;
  /** The bytes of the repair that is kept, as received. */
  bytes: number;
}

/** What a receiver keeps to compute lost frames from (specs/fec.md, sections 3 and 4). */
export class Recovery {
  readonly #frames = new Map<string, KeptFrame>();
  #frameBytes = 0;
  readonly #groups = new Map<string, KnownGroup>();
  #repairBytes = 0;

  /** Takes repair. Why it is dropped, if it is (FEC-16, FEC-19); `waitingBytes`: of frames that wait. */
  take(
    repair: Repair,
    bytes: number,
    waitingBytes: number,
  ): "REPAIR_MISMATCH" | "DUPLICATE" | "BUFFER_LIMIT" | undefined {
    const known = this.#groups.get(keyOf(repair));
    if (known !== undefined && !fitsGroup(repair, known)) return "REPAIR_MISMATCH";
    if (known?.taken.has(repair.index)) return "DUPLICATE";
    const group = known ?? this.#look(groupOf(repair));
    const isWhole = group.count === group.k;
    if (!isWhole) {
      if (group.bytes + bytes + waitingBytes > MAX_KEPT_REPAIR_BYTES) return "BUFFER_LIMIT";
      this.makeRoom(bytes + waitingBytes, group);
    }
    if (known === undefined) this.#know(group);
    group.taken.add(repair.index);
    if (isWhole) return undefined;
    group.parity.set(repair.index, repair.parity.slice());
    group.bytes += bytes;
    this.#repairBytes += bytes;
    return undefined;
  }

  /** Keeps a frame that was accepted, as a copy (FEC-18). */
  keep(ref: Ref, bytes: Uint8Array, sealed: boolean): void {
    const key = refKey(ref);
    const before = this.#frames.get(key);
    if (before?.sealed && !sealed) return;
    if (before !== undefined) this.#let(key, before);
    this.#frames.set(key, { ref, bytes: bytes.slice(), sealed });
    this.#frameBytes += bytes.length;
    if (before === undefined) this.#mark(ref, true);
    for (const [oldest, frame] of this.#frames) {
      if (this.#frames.size <= RECOVERY_FRAMES && this.#frameBytes <= RECOVERY_BYTES) return;
      this.#let(oldest, frame);
      this.#mark(frame.ref, false);
    }
  }

  /** Forgets the oldest groups, `but` excepted, until so many bytes have room beside repair (FEC-19, FEC-20). */
  makeRoom(bytes: number, but?: KnownGroup): void {
    for (const group of this.#groups.values()) {
      if (this.#repairBytes === 0 || this.#repairBytes + bytes <= MAX_KEPT_REPAIR_BYTES) return;
      if (group !== but) this.forget(group);
    }
  }

  /** The group that became known first of those from which something can be computed (FEC-21). */
  recoverable(): KnownGroup | undefined {
    for (const group of this.#groups.values()) {
      if (group.count < group.k && group.count + group.parity.size >= group.k) return group;
    }
    return undefined;
  }

  /** The missing frames of such a group, undefined where they cannot be (FEC-22). */
  compute(group: KnownGroup): Uint8Array[] | undefined {
    const frames = group.there.map((_, at) => this.#frames.get(keyOfFrame(group, at))?.bytes);
    return missingFrames(
      group,
      frames,
      Array.from({ length: group.r }, (_, index) => group.parity.get(index)),
    );
  }

  forget(group: KnownGroup): void {
    if (this.#groups.get(keyOf(group)) !== group) return;
    this.#groups.delete(keyOf(group));
    this.#release(group);
  }

  /** Forgets everything (FEC-10). */
  clear(): void {
    this.#frames.clear();
    this.#frameBytes = 0;
    this.#groups.clear();
    this.#repairBytes = 0;
  }

  /** A group that is not known yet, with the frames of it that are there. */
  #look(group: RepairedGroup): KnownGroup {
    const there = Array.from({ length: group.k }, (_, at) => this.#frames.has(keyOfFrame(group, at)));
    const count = there.filter((one) => one).length;
    return { ...group, there, count, taken: new Set(), parity: new Map(), bytes: 0 };
  }

  #know(group: KnownGroup): void {
    this.#groups.set(keyOf(group), group);
    for (const oldest of this.#groups.values()) {
      if (this.#groups.size <= KNOWN_GROUPS) return;
      this.forget(oldest);
    }
  }

  /** Notes in the groups that a frame is there, or is not any more. */
  #mark(ref: Ref, isThere: boolean): void {
    for (const group of this.#groups.values()) {
      const at = placeIn(group, ref);
      if (at === undefined || group.there[at] === isThere) continue;
      group.there[at] = isThere;
      group.count += isThere ? 1 : -1;
      if (group.count === group.k) this.#release(group);
    }
  }

  /** Lets go of the repair of a group. */
  #release(group: KnownGroup): void {
    this.#repairBytes -= group.bytes;
    group.bytes = 0;
    group.parity.clear();
  }

  #let(key: string, frame: KeptFrame): void {
    this.#frames.delete(key);
    this.#frameBytes -= frame.bytes.length;
  }
}

const keyOf = ({ streamId, base, step }: GroupName): string => `${streamId}/${base}/${step}`;

const keyOfFrame = (group: GroupName, at: number): string =>
  refKey({ streamId: group.streamId, frameSeq: numberOf(group, at) });

/** The place of a frame in a group, if it has one. */
function placeIn({ streamId, base, step, k }: RepairedGroup, ref: Ref): number | undefined {
  if (ref.streamId !== streamId || ref.frameSeq < base) return undefined;
  const distance = ref.frameSeq - base;
  if (distance > (k - 1) * step) return undefined;
  const steps = Number(distance) / step;
  return Number.isInteger(steps) ? steps : undefined;
}
