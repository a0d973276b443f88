import { BadRequest } from "./implementation.js";
import type { Input } from "./input.js";

/** How long to wait for what the runner has sent (TST-29). */
export const PATIENCE_MS = 5000;
const LINK = /^[A-Za-z0-9-]{1,64}$/;

/** What the runner has sent on a connection, all in all. */
export interface Arrived {
  readonly link: string;
  readonly bytes: number;
  readonly ended: boolean;
}

/** Reads the member `arrived` of an input. */
export function readArrived(input: Input): Arrived {
  const found = {
    link: readLink(input, "link"),
    bytes: input.integer("bytes", 0, Number.MAX_SAFE_INTEGER),
    ended: input.optional("ended", (name) => input.boolean(name)) ?? false,
  };
  return found;
}

/** Reads the name of a remote end. */
export function readLink(input: Input, name: string): string {
  const link = input.text(name);
  if (!LINK.test(link)) throw new BadRequest(`${name} is no name of a link`);
  return link;
}

/** How the other end has ended a connection, if it has. */
export type Ended = "no" | "end" | "reset";

/** What is to be handled of a connection: what came on it, and then its end. */
export interface Taken {
  readonly pieces: readonly (Uint8Array | string)[];
  readonly ended: Ended;
  /** Whether there is nothing to take any more: the connection has ended on this side, or was never taken. */
  readonly isOver: boolean;
}

const NOTHING: Taken = { pieces: [], ended: "no", isOver: true };

/** How a piece counts, and how it is divided where only the beginning of it is to be taken. */
export interface Counting {
  readonly length: (piece: Uint8Array | string) => number;
  readonly cut?: (piece: Uint8Array, at: number) => readonly [Uint8Array, Uint8Array];
}

/** What has come on one connection: it waits until the runner says that it has arrived (TST-28). */
export class Inbox {
  readonly #counting: Counting;
  #pieces: (Uint8Array | string)[] = [];
  /** How many bytes wait, and how many were taken. */
  #waiting = 0;
  #taken = 0;
  #ended: Ended = "no";
  #isOver = false;
  #changed: () => void = () => {};

  constructor(counting: Counting) {
    this.#counting = counting;
  }

  put(piece: Uint8Array | string): void {
    if (this.#isOver) return;
    this.#pieces.push(piece);
    this.#waiting += this.#counting.length(piece);
    this.#changed();
  }

  end(how: Ended): void {
    if (this.#ended !== "reset") this.#ended = how;
    this.#changed();
  }

  /** Takes nothing any more: the connection has ended on this side. */
  close(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#changed();
  }

  /** Takes the bytes up to so many since the connection was made, and its end, when they have come; undefined if they have not. */
  async take({ bytes, ended }: Arrived): Promise<Taken | undefined> {
    const has = () => this.#taken + this.#waiting >= bytes && (!ended || this.#ended !== "no");
    const isThere = () => this.#isOver || this.#ended === "reset" || has();
    await waitFor(isThere, (changed) => {
      this.#changed = changed;
    });
    if (this.#isOver) return NOTHING;
    if (!isThere()) return undefined;
    return { pieces: this.#splice(bytes - this.#taken), ended: ended ? this.#ended : "no", isOver: false };
  }

  #splice(bytes: number): (Uint8Array | string)[] {
    const taken: (Uint8Array | string)[] = [];
    const { length, cut } = this.#counting;
    for (let left = bytes; left > 0; ) {
      const first = this.#pieces.shift();
      if (first === undefined) break;
      const isDivided = cut !== undefined && typeof first !== "string" && first.length > left;
      const [part, rest] = isDivided ? cut(first, left) : [first];
      if (rest !== undefined) this.#pieces.unshift(rest);
      taken.push(part);
      left -= length(part);
      this.#waiting -= length(part);
      this.#taken += length(part);
    }
    return taken;
  }
}

/** One connection of a testee. */
export interface Remote {
  readonly inbox: Inbox;
  /** How many bytes wait until the system takes them. */
  readonly unsent: number;
  /** Whether a message may get lost on it by itself. */
  readonly isLossy?: boolean;
  /** Gives how many bytes that counts for (TST-30). */
  send(bytes: Uint8Array): number;
  /** Ends it on this side; what was sent still goes out. */
  end(): void;
  destroy(): void;
}

/** The connections of a testee on one transport by their links, those that the runner made and the one of a client. */
export class Remotes {
  readonly #byLink = new Map<string, Remote>();
  /** The bytes that were sent on each since it was made. */
  readonly #sent = new Map<string, number>();
  readonly #changed = new Set<string>();
  /** Links whose connection could not be made, or was not taken: there is nothing to take of them (TST-28). */
  readonly #unmade = new Set<string>();
  #accepted: () => void = () => {};

  add(link: string, remote: Remote): void {
    this.#byLink.get(link)?.destroy();
    this.#byLink.set(link, remote);
    this.#sent.set(link, 0);
    this.#unmade.delete(link);
    this.#accepted();
  }

  /** Notes that the connection of a client could not be made, or that one was not taken. */
  refused(link: string): void {
    this.#unmade.add(link);
    this.#accepted();
  }

  has(link: string): boolean {
    return this.#byLink.has(link) || this.#unmade.has(link);
  }

  /** What has arrived of a link. Throws BadRequest where it has not come in time (TST-29). */
  async take(arrived: Arrived): Promise<Taken> {
    const { link } = arrived;
    await waitFor(
      () => this.has(link),
      (changed) => {
        this.#accepted = changed;
      },
    );
    if (this.#unmade.has(link)) return NOTHING;
    const taken = await this.#byLink.get(link)?.inbox.take(arrived);
    if (taken === undefined) throw new BadRequest(`not all of link ${link} has come in ${PATIENCE_MS} ms`);
    return taken;
  }

  /** Whether a message may get lost on a link by itself. */
  isLossy(link: string): boolean {
    return this.#byLink.get(link)?.isLossy ?? false;
  }

  /** How many bytes wait on a link until the system takes them. */
  unsent(link: string): number {
    return this.#byLink.get(link)?.unsent ?? 0;
  }

  /** The same of every link. */
  allUnsent(): [string, number][] {
    return [...this.#byLink].map(([link, { unsent }]) => [link, unsent]);
  }

  send(link: string, bytes: Uint8Array): void {
    const remote = this.#byLink.get(link);
    if (remote === undefined) return;
    this.#sent.set(link, (this.#sent.get(link) ?? 0) + remote.send(bytes));
    this.#changed.add(link);
  }

  end(link: string): void {
    this.#byLink.get(link)?.end();
  }

  /** The bytes sent on each link that something was sent on since the last call (TST-30). */
  takeSent(): Record<string, number> {
    const links = [...this.#changed];
    this.#changed.clear();
    return Object.fromEntries(links.map((link) => [link, this.#sent.get(link) ?? 0]));
  }

  closeAll(): void {
    for (const remote of this.#byLink.values()) remote.destroy();
    for (const one of [this.#byLink, this.#sent, this.#changed, this.#unmade]) one.clear();
  }
}

/** Waits until something is there, or the patience is at its end; `watch` is told what to call when something has changed. */
async function waitFor(isThere: () => boolean, watch: (changed: () => void) => void): Promise<void> {
  const late = Date.now() + PATIENCE_MS;
  while (!isThere() && Date.now() < late) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, late - Date.now());
      watch(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
