import type { Code } from "../errors.js";
import { MAX_DATAGRAM_BYTES } from "../frame.js";
import type { MuxLimits, PeerConfig, RepairGroups, Role } from "./config.js";
import type { Agreement, PeerEvent, Ref } from "./event.js";
import { SentGroups } from "./groups.js";
import type { IncomingStream } from "./incoming.js";
import { Outgoing } from "./outgoing.js";
import { Recent } from "./recent.js";
import { Recovery } from "./recovery.js";
import type { Notice } from "./sync.js";
import { Tolerances } from "./tolerances.js";
import type { ReplayWindow } from "./window.js";

/** stream_ids whose numbers are remembered (HSK-69). */
const REMEMBERED_STREAMS = 1024;
/** Closed streams that are remembered (STM-36). */
const CLOSED_STREAMS = 1024;
/** Salts of earlier sessions, by which frames that come back are known. */
const FORMER_SALTS = 64;
const REPLIES_PER_SECOND = 8;
const SECOND_MS = 1000;

/** What carries the frames of a peer, as far as it has limits. */
export interface Carrier {
  /** The longest frame that it carries (HSK-1, TCP-18, RTC-8). */
  readonly maxFrameBytes: number;
  /** The clause that has it so. */
  readonly clause: string;
  /** How many bytes more may wait until it has carried some (TCP-20). */
  readonly room: () => number;
  /** Whether it can lose a frame by itself, so that repair helps (FEC-11). */
  readonly isLossy?: boolean;
}

/** Datagrams, which do not wait. */
export const DATAGRAMS: Carrier = {
  maxFrameBytes: MAX_DATAGRAM_BYTES,
  clause: "HSK-1",
  room: () => Number.POSITIVE_INFINITY,
  isLossy: true,
};

/** A stream of the other peer that is complete or has failed. */
export interface Closed {
  /** The numbers that were accepted. */
  readonly window: ReplayWindow;
  readonly isComplete: boolean;
}

/** What the two peers agreed on, and what of it the frames to come are judged by. */
export interface Session {
  readonly agreement: Agreement;
  /** Whether multiplexing was agreed in the session, now or before (MUX-33). */
  readonly knowsMux: boolean;
  /** The names that are agreed, of which `agreement` has the chosen ones. */
  readonly compress: ReadonlySet<string>;
  readonly crypto: ReadonlySet<string>;
  /** Whether `rs8` is agreed (FEC-9). */
  readonly takesRepair: boolean;
  /** What the other peer told of its space; 0 names none (HSK-57). */
  readonly otherSpaceHash32: number;
  /** The stream_id of its last handshake (STM-22). */
  readonly streamId: number;
}

/** A ping that waits for its answer. */
export interface WaitingPing extends Ref {
  readonly bytes: Uint8Array;
  readonly sentAt: number;
  /** How often it was sent again. */
  repeats: number;
}

/** An answer to a ping, kept to be sent again (HSK-18). */
export interface Answer {
  readonly bytes: Uint8Array;
  /** Of an error. */
  readonly code: Code | undefined;
}

/** The salt of the first session, and what draws those of others. */
export interface Salts {
  readonly salt: Uint8Array;
  readonly drawSalt: (() => Uint8Array) | undefined;
}

/** Everything that a peer remembers. */
export class State {
  readonly role: Role;
  readonly config: PeerConfig;
  readonly carrier: Carrier;
  readonly outgoing = new Outgoing();
  readonly datagrams: Uint8Array[] = [];
  readonly events: PeerEvent[] = [];
  /** The clock, in milliseconds. */
  now = 0;
  session: Session | undefined;
  /** When a frame was last accepted, or the session established. */
  heardAt = 0;
  /** Whether a frame was accepted since the last handshake. */
  hasSpoken = false;
  /** When anything was last sent. */
  sentAt = 0;
  /** Whether the client's handshake failed, and it keeps silent (HSK-29). */
  failed = false;
  waiting: WaitingPing | undefined;
  /** Whether the connection has ended (TCP-16). */
  disconnected = false;
  /** The answers of a server to pings, by `refKey`; the oldest are forgotten first. */
  readonly answers = new Map<string, Answer>();
  /** The numbers accepted on stream_ids without an opened stream. */
  readonly windows = new Recent<number, ReplayWindow>(REMEMBERED_STREAMS);
  readonly streams = new Map<number, IncomingStream>();
  readonly closed = new Recent<number, Closed>(CLOSED_STREAMS);
  /** What lost frames are computed from. */
  readonly recovery = new Recovery();
  /** The groups for which repair is still to be sent. */
  readonly groups = new SentGroups();
  /** What its tensors may lose, where it chooses their form. */
  readonly tolerances: Tolerances | undefined;
  /** How many frames were accepted. */
  accepted = 0;
  /** When the other peer reset a stream of its own, as far as it still counts as open (MUX-22). */
  readonly resets: number[] = [];
  /** STREAM_INCOMPLETE that were acted on within the last second. */
  readonly repairs: number[] = [];
  readonly #replies: number[] = [];
  readonly #drawSalt: (() => Uint8Array) | undefined;
  #salts: Uint8Array[];

  constructor(role: Role, config: PeerConfig, carrier: Carrier, { salt, drawSalt }: Salts) {
    this.role = role;
    this.config = carrier.isLossy ? config : { ...config, fec: undefined, repair: undefined };
    this.carrier = carrier;
    this.tolerances = config.adaptive && new Tolerances(config.adaptive);
    this.#salts = [salt];
    this.#drawSalt = drawSalt;
  }

  get otherRole(): Role {
    return this.role === "client" ? "server" : "client";
  }

  /** The salt of the session, and those before it. */
  get salts(): readonly Uint8Array[] {
    return this.#salts;
  }

  /** Whether `count` more replies may be sent now (HSK-42). */
  mayReply(count = 1): boolean {
    return recent(this.#replies, this.now).length + count <= REPLIES_PER_SECOND;
  }

  replied(): void {
    this.#replies.push(this.now);
  }

  /** Whether frames may be sent again for one more STREAM_INCOMPLETE; stream.md advises the limit. */
  mayRepair(): boolean {
    if (recent(this.repairs, this.now).length >= REPLIES_PER_SECOND) return false;
    this.repairs.push(this.now);
    return true;
  }

  /** What this peer takes notice of in a Sync frame besides what all do. */
  get notice(): Notice {
    const { mux, fec } = this.config;
    const isManaged = this.session?.agreement.mux !== undefined;
    const isAdaptive = this.session !== undefined && this.tolerances !== undefined;
    const knowsMux = this.session?.knowsMux ?? false;
    return { mux: mux !== undefined, fec: fec !== undefined, knowsMux, isManaged, isAdaptive };
  }

  /** The bytes of all frames that wait for lower numbers (STM-8). */
  waitingBytes(): number {
    let bytes = 0;
    for (const stream of this.streams.values()) bytes += stream.waitingBytes;
    return bytes;
  }

  /** What this peer allows the other, where multiplexing is agreed (MUX-3). */
  get agreedLimits(): MuxLimits | undefined {
    return this.session?.agreement.mux && this.config.mux;
  }

  /** How many streams of the other peer count as open (MUX-22). */
  countOpen(): number {
    return this.streams.size + recent(this.resets, this.now).length;
  }

  /** Whether this peer sends nothing but ping, capability and error (HSK-46). */
  get mustSeal(): boolean {
    return this.config.requireCrypto && this.session?.agreement.crypto === "none";
  }

  /** Whether nothing was accepted, and nothing sent. */
  get isBlank(): boolean {
    return !this.hasSpoken && this.session === undefined && this.outgoing.isEmpty;
  }

  /** Notes that a frame is accepted, which puts off the loss (HSK-55). */
  heard(): void {
    this.heardAt = this.now;
    this.hasSpoken = true;
    this.accepted += 1;
  }

  /** The groups that are made of what is sent, where repair is. */
  get repair(): RepairGroups | undefined {
    return this.session?.agreement.fec === "rs8" ? this.config.repair : undefined;
  }

  /** Begins a session, or renegotiates it. */
  establish(session: Session): void {
    if (this.session === undefined) this.tolerances?.begin(this.now);
    const knowsMux = session.knowsMux || (this.session?.knowsMux ?? false);
    this.session = { ...session, knowsMux };
    if (!session.takesRepair) this.#forgetRepair();
    this.heardAt = this.now; // STM-24
    this.hasSpoken = false;
    this.events.push({ kind: "established", ...session.agreement });
  }

  /** Ends the session, and with it everything that was agreed and received (STM-24, HSK-65). */
  endSession(): void {
    this.session = undefined;
    this.windows.clear();
    this.streams.clear();
    this.closed.clear();
    this.resets.length = 0;
    this.tolerances?.end();
    this.#forgetRepair();
    this.answers.clear();
    this.outgoing.sessionEnded();
    if (this.#drawSalt !== undefined) this.#salts = [this.#drawSalt(), ...this.#salts].slice(0, FORMER_SALTS);
  }

  #forgetRepair(): void {
    this.recovery.clear();
    this.groups.clear();
  }
}

/** The times, in ascending order, less those that are a second or more ago. */
function recent(times: number[], now: number): number[] {
  while (times[0] !== undefined && now - times[0] >= SECOND_MS) times.shift();
  return times;
}
