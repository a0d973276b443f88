import { type Counting, Inbox, type Remote, Remotes } from "./arrived.js";
import { BadRequest } from "./implementation.js";
import type { Association, Channel, Peers, Signal } from "./peers.js";

/** How long a description or a channel may take, less than the runner waits for the reply. */
const OPENING_MS = 4500;
/** While more than this is buffered in a channel, nothing is handed to it. */
const MOST_BUFFERED_BYTES = 1 << 20;
const UTF8 = new TextEncoder();

/** Messages as TST-31 counts them; they are taken whole. */
const MESSAGES: Counting = {
  length: (message) => (typeof message === "string" ? UTF8.encode(message).length : message.length) || 1,
};

class MessageChannel implements Remote {
  readonly inbox = new Inbox(MESSAGES);
  readonly isLossy: boolean;
  readonly #channel: Channel;
  #outbox: Uint8Array[] = [];
  #waiting = 0;
  #isOver = false;
  #hasFailed = false;

  constructor(association: Association, channel: Channel) {
    this.#channel = channel;
    this.isLossy = channel.maxRetransmits != null || channel.maxPacketLifeTime != null;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = MOST_BUFFERED_BYTES;
    channel.addEventListener("message", (event) => {
      const { data } = event as unknown as { readonly data: ArrayBuffer | string };
      this.inbox.put(typeof data === "string" ? data : new Uint8Array(data));
    });
    channel.addEventListener("bufferedamountlow", () => this.#handOver());
    channel.addEventListener("error", () => {
      this.#hasFailed = true;
    });
    channel.addEventListener("close", () => {
      this.inbox.end(this.#hasFailed || association.connectionState !== "connected" ? "reset" : "end");
    });
  }

  get unsent(): number {
    return this.#waiting + this.#channel.bufferedAmount;
  }

  send(bytes: Uint8Array): number {
    if (this.#isOver || this.#channel.readyState !== "open") return 0;
    this.#outbox.push(bytes);
    this.#waiting += bytes.length;
    this.#handOver();
    return MESSAGES.length(bytes);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.inbox.close();
    this.#handOver();
  }

  destroy(): void {
    this.#isOver = true;
    this.inbox.close();
    this.#outbox = [];
    this.#channel.close();
  }

  #handOver(): void {
    while (this.#outbox[0] !== undefined && this.#channel.bufferedAmount <= MOST_BUFFERED_BYTES) {
      const message = this.#outbox.shift() as Uint8Array<ArrayBuffer>;
      this.#waiting -= message.length;
      if (this.#channel.readyState === "open") this.#channel.send(message);
    }
    if (this.#isOver && this.#outbox.length === 0) this.#channel.close();
  }
}

/** The channels of a testee over WebRTC, on one association at a time. */
export class Channels {
  readonly transport = "webrtc";
  readonly remotes = new Remotes();
  readonly #peers: Peers;
  readonly #associate: () => Association;
  #association: Association | undefined;
  /** The channels of an association, which end with it. */
  readonly #channels = new WeakMap<Association, Set<MessageChannel>>();

  /** `associate` makes what W3C calls an RTCPeerConnection. */
  constructor(peers: Peers, associate: () => Association) {
    this.#peers = peers;
    this.#associate = associate;
  }

  /** Performs peer_signal (TST-33). Throws BadRequest for a description that cannot be used. */
  async signal({ offer, answer }: Signal): Promise<Signal> {
    try {
      if (answer !== undefined) return await within(this.#accept(answer));
      return await within(offer === undefined ? this.#offer() : this.#answer(offer));
    } catch (error) {
      throw new BadRequest(`the description cannot be used: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Opens the channel of a client; whether that was possible. */
  async connect(link: string): Promise<boolean> {
    const association = this.#association;
    try {
      if (association === undefined || isOver(association)) throw new Error("there is no association");
      const channel = this.#peers.openChannel?.(association) as Channel;
      const remote = this.#channel(association, channel);
      await within(opened(association, channel));
      this.remotes.add(link, remote);
      return true;
    } catch {
      this.remotes.refused(link);
      return false;
    }
  }

  close(): void {
    this.remotes.closeAll();
    this.#association?.close();
  }

  async #answer(sdp: string): Promise<Signal> {
    const made = this.#make();
    await made.setRemoteDescription({ type: "offer", sdp });
    await made.setLocalDescription(await made.createAnswer());
    this.#replace(made);
    this.#peers.described?.(sdp);
    return { answer: await whole(made) };
  }

  async #offer(): Promise<Signal> {
    const made = this.#make();
    made.createDataChannel("", { negotiated: true, id: UNSEEN }); // an offer is of channels only if there is one
    await made.setLocalDescription(await made.createOffer());
    this.#replace(made);
    return { offer: await whole(made) };
  }

  async #accept(sdp: string): Promise<Signal> {
    if (this.#association === undefined) throw new BadRequest("there was no offer");
    await this.#association.setRemoteDescription({ type: "answer", sdp });
    this.#peers.described?.(sdp);
    return {};
  }

  #make(): Association {
    const made = this.#associate();
    made.addEventListener("datachannel", (event) => {
      const { channel } = event as unknown as { readonly channel: Channel };
      if (this.#peers.takesChannel?.(channel) === false) {
        channel.close();
        this.remotes.refused(`webrtc-${channel.id}`);
      } else this.remotes.add(`webrtc-${channel.id}`, this.#channel(made, channel));
    });
    made.addEventListener("connectionstatechange", () => {
      if (!["failed", "closed"].includes(made.connectionState)) return;
      for (const { inbox } of this.#channels.get(made) ?? []) inbox.end("reset");
    });
    return made;
  }

  #channel(association: Association, channel: Channel): MessageChannel {
    const made = new MessageChannel(association, channel);
    const all = this.#channels.get(association) ?? new Set();
    this.#channels.set(association, all.add(made));
    channel.addEventListener("close", () => all.delete(made));
    return made;
  }

  #replace(made: Association): void {
    this.#association?.close();
    this.#association = made;
  }
}

/** The number of a channel that is agreed outside, of which the other end hears nothing. */
const UNSEEN = 1000;

/** The description of an association once all candidates are in it. */
async function whole(association: Association): Promise<string> {
  while (association.iceGatheringState !== "complete") await change([[association, "icegatheringstatechange"]]);
  return association.localDescription?.sdp ?? "";
}

/** Whether no channel can be opened any more; where an association is only disconnected, it may come back. */
const isOver = ({ connectionState, sctp }: Association): boolean =>
  ["failed", "closed"].includes(connectionState) || (connectionState === "connected" && sctp?.state === "closed");

async function opened(association: Association, channel: Channel): Promise<void> {
  while (channel.readyState === "connecting" && !isOver(association)) {
    await change([
      [channel, "open"],
      [channel, "close"],
      [association, "connectionstatechange"],
    ]);
  }
  if (channel.readyState !== "open") throw new Error("the channel was closed");
}

/** Waits for one of these events. */
function change(events: readonly (readonly [Association | Channel, string])[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const [target, type] of events) target.removeEventListener(type, done);
      resolve();
    };
    for (const [target, type] of events) target.addEventListener(type, done);
  });
}

/** Waits for something, but not for ever. */
async function within<Value>(work: Promise<Value>, ms = OPENING_MS): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
