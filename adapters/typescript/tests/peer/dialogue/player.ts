import assert from "node:assert/strict";
import { ResonantError } from "../../../src/errors.js";
import type { PeerConfig, Role } from "../../../src/peer/config.js";
import { Links } from "../../../src/peer/links.js";
import type { Outgo, Peer } from "../../../src/peer/peer.js";
import type { Sizes } from "../../../src/peer/sync.js";
import {
  type DialogueFile,
  expand,
  isMembers,
  type Json,
  type JsonMembers,
  type Parts,
  withNumbers,
} from "./expand.js";
import { configOf, eventJson, slicesOf } from "./forms.js";
import { matches } from "./match.js";

/** Holds a conversation with a peer, step by step; throws AssertionError at the first step that does not hold. */
export class Player {
  readonly #file: DialogueFile;
  readonly #config: PeerConfig;
  readonly #links: Links;
  readonly #inboxes = new Map<string, Uint8Array[]>();
  readonly #named = new Map<string, Uint8Array>();
  #now = 0;

  private constructor(file: DialogueFile, role: Role, config: JsonMembers, streamId: number | undefined) {
    this.#file = file;
    this.#config = configOf(config);
    const salt = Buffer.from(config.salt as string, "hex");
    let drawn = 0;
    const drawSalt = () => {
      drawn += 1;
      return new Uint8Array(16).fill(drawn);
    };
    this.#links = new Links({ role, config: this.#config, salt, drawSalt });
    if (streamId !== undefined) this.#links.ask("a", 0, (peer) => peer.ping(streamId, 0));
  }

  static play(file: DialogueFile, parts: Parts, { input }: DialogueFile["cases"][number]): void {
    const config = { ...file.config, ...input.config };
    const player = new Player(file, input.role as Role, config, input.stream_id);
    expand(input.steps, parts).forEach((step, index) => {
      try {
        player.#step(step);
      } catch (error) {
        if (error instanceof Error) error.message = `step ${index + 1}: ${error.message}`;
        throw error;
      }
    });
    for (const peer of new Set(["a", ...player.#inboxes.keys()])) player.#step({ expect_nothing: true, link: peer });
    player.#step({ events: [] });
  }

  #step(step: JsonMembers): void {
    const address = (step.link as string) ?? "a";
    if (step.send !== undefined) this.#receive(address, Buffer.from(step.send as string, "hex"));
    else if (isMembers(step.send_each)) {
      const { from, to } = step.send_each;
      const frame = Buffer.from(step.send_each.frame as string, "hex");
      for (let seq = from as number; seq <= (to as number); seq += 1) {
        this.#receive(address, withNumbers(frame, undefined, seq));
      }
    } else if (isMembers(step.act)) this.#act(address, step.act, step.reject as string | undefined);
    else if (step.advance !== undefined) this.#advance(step.advance as number);
    else if (isMembers(step.expect)) {
      const datagram = this.#next(address);
      matches(datagram, { ...this.#file.frame, ...step.expect }, this.#config.key);
      if (step.as !== undefined) this.#named.set(step.as as string, datagram);
    } else if (step.expect_again !== undefined)
      this.#again(address, step.expect_again as string, step.optional === true);
    else if (step.expect_bytes !== undefined)
      assert.equal(Buffer.from(this.#next(address)).toString("hex"), step.expect_bytes);
    else if (step.expect_nothing !== undefined)
      assert.deepEqual(this.#inbox(address), [], "a datagram that nobody expects");
    else if (Array.isArray(step.events)) this.#events(step.events as JsonMembers[]);
    else assert.fail(`no such step: ${JSON.stringify(step)}`);
  }

  #receive(address: string, frame: Buffer): void {
    this.#links.receive(address, new Uint8Array(frame), this.#now);
  }

  #advance(ms: number): void {
    this.#now += ms;
    this.#links.advance(this.#now);
  }

  #act(address: string, act: JsonMembers, code: string | undefined): void {
    let refused: string | undefined;
    try {
      this.#links.ask(address, this.#now, (peer) => REQUESTS[act.kind as string]?.(peer, act, this.#now));
    } catch (error) {
      assert.ok(error instanceof ResonantError, String(error));
      refused = error.code;
    }
    assert.equal(refused, code, "what the request is refused with");
  }

  #inbox(address: string): Uint8Array[] {
    for (const { to, datagram } of this.#links.takeDatagrams()) {
      const inbox = this.#inboxes.get(to) ?? [];
      inbox.push(datagram);
      this.#inboxes.set(to, inbox);
    }
    return this.#inboxes.get(address) ?? [];
  }

  #next(address: string): Uint8Array {
    const datagram = this.#inbox(address).shift();
    assert.ok(datagram !== undefined, "no datagram came");
    return datagram;
  }

  #again(address: string, name: string, optional: boolean): void {
    const bytes = this.#named.get(name) as Uint8Array;
    const inbox = this.#inbox(address);
    if (!optional) assert.deepEqual(this.#next(address), bytes);
    else while (inbox[0] !== undefined && Buffer.compare(inbox[0], bytes) === 0) inbox.shift();
  }

  #events(expected: JsonMembers[]): void {
    const wanted = expected.flatMap(eachNumber).map((event) => ({ link: "a", ...event }));
    const got = this.#links.takeEvents().map(({ from, event }) => ({ link: from, ...eventJson(event) }));
    assert.deepEqual(got, wanted);
  }
}

function eachNumber(event: JsonMembers): JsonMembers[] {
  if (!isMembers(event.frame_seq)) return [event];
  const { from, to } = event.frame_seq;
  const first = Number(from);
  return Array.from({ length: Number(to) - first + 1 }, (_, turn) => ({ ...event, frame_seq: String(first + turn) }));
}

type Request = (peer: Peer, act: JsonMembers, now: number) => void;

const REQUESTS: { [kind: string]: Request } = {
  message: (peer, { stream_id, type, modality, slices }, now) =>
    peer.send(stream_id as number, { type, modality, slices: slicesOf(slices as Json[]) } as Outgo, now),
  ping: (peer, { stream_id }, now) => peer.ping(stream_id as number, now),
  heart: (peer, { stream_id }, now) => peer.heart(stream_id as number, now),
  tail: (peer, { stream_id }, now) => peer.end(stream_id as number, now),
  head: (peer, { stream_id, strong_tail, announce, urgency }, now) =>
    peer.open(stream_id as number, strong_tail as boolean, now, sizesOf(announce), urgency as number | undefined),
  hold: (peer, { stream_id }, now) => peer.hold(stream_id as number, now),
  resume: (peer, { stream_id }, now) => peer.resume(stream_id as number, now),
  cancel: (peer, { stream_id }, now) => peer.cancel(stream_id as number, now),
  reset: (peer, { stream_id, code }, now) => peer.reset(stream_id as number, code as string, now),
  cork: (peer, _, now) => peer.cork(now),
  uncork: (peer, _, now) => peer.uncork(now),
};

function sizesOf(announce: Json | undefined): Sizes | undefined {
  if (!isMembers(announce)) return undefined;
  const { frames, total_len, md5, xxhash3_64 } = announce as { [name: string]: string };
  return {
    frames: BigInt(frames ?? 0),
    totalLen: BigInt(total_len ?? 0),
    md5: md5 ?? "",
    xxhash3_64: xxhash3_64 ?? "",
  };
}
