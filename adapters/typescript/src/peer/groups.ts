import { MAX_PROTECTED_BYTES, repairEncode } from "../repair.js";
import type { RepairGroups } from "./config.js";
import type { Ref } from "./event.js";

/** Until a group that is not whole ends (FEC-29). */
const FLUSH_MS = 20;

/** A group of frames that were sent, to which more may come. */
interface OpenGroup extends RepairGroups {
  readonly streamId: number;
  readonly base: bigint;
  readonly frames: Uint8Array[];
  /** When its first frame was sent. */
  readonly begunAt: number;
}

/** The number that a group goes on with. */
const nextOf = ({ base, step, frames }: OpenGroup): bigint => base + BigInt(frames.length * step);

/** The groups of a sender that are not whole yet (specs/fec.md, section 5). */
export class SentGroups {
  /** stream_id -> its groups, in ascending order of their bases. */
  readonly #open = new Map<number, OpenGroup[]>();

  /** Puts a frame that is sent into a group. The repair to send after it, if that makes a group whole (FEC-26). */
  add(ref: Ref, bytes: Uint8Array, own: RepairGroups, now: number): Uint8Array[] {
    const groups = this.#open.get(ref.streamId) ?? [];
    let group = groups.find((one) => nextOf(one) === ref.frameSeq);
    if (group === undefined) {
      group = { ...own, streamId: ref.streamId, base: ref.frameSeq, frames: [], begunAt: now };
      groups.push(group);
      this.#open.set(ref.streamId, groups);
    }
    group.frames.push(bytes);
    return group.frames.length < group.k ? [] : this.#end(group);
  }

  /** Ends the groups of a stream_id. The repair to send before the frame that ends them (FEC-27). */
  endAll(streamId: number): Uint8Array[] {
    return [...(this.#open.get(streamId) ?? [])].flatMap((group) => this.#end(group));
  }

  /** When the next group ends by its time, if ever; of several at one instant the first by FEC-32. */
  next(): { readonly at: number; readonly end: () => Uint8Array[] } | undefined {
    let first: OpenGroup | undefined;
    for (const streamId of [...this.#open.keys()].sort((one, other) => one - other)) {
      for (const group of this.#open.get(streamId) ?? []) {
        if (first === undefined || group.begunAt < first.begunAt) first = group;
      }
    }
    const group = first;
    return group && { at: group.begunAt + FLUSH_MS, end: () => this.#end(group) };
  }

  /** Forgets all groups; no repair is sent for them (FEC-10). */
  clear(): void {
    this.#open.clear();
  }

  #end(group: OpenGroup): Uint8Array[] {
    const groups = (this.#open.get(group.streamId) ?? []).filter((one) => one !== group);
    if (groups.length > 0) this.#open.set(group.streamId, groups);
    else this.#open.delete(group.streamId);
    return repairEncode(group, group.frames);
  }
}

/** Whether a frame is too long to be in a group. */
export const isTooLong = ({ length }: Uint8Array): boolean => length > MAX_PROTECTED_BYTES;
