import type { PeerOptions } from "../peer/peer.js";
import { LinkConnection, turn } from "../transport/connection.js";
import { MessageLink, messageLimit } from "../transport/message-link.js";
import { Outbox } from "./outbox.js";
import type { DataChannel, PeerConnection } from "./standard.js";
import { hasEnded, isOver, unwatch, watch } from "./under.js";

/** The protocol of channels that carry frames (RTC-1). */
export const PROTOCOL = "resonant/1";
/** While so many events wait to be taken, messages are thrown away: a channel cannot be paused. */
const MAX_EVENTS = 1024;
/** How long nothing of what waits may be sent when a channel is closed here. */
const LINGER_MS = 5000;
/** What may wait to be sent for `drained` to return. */
const DRAINED_BYTES = 1 << 20;

/**
 * One end of a connection over a WebRTC data channel, of a client or of a server: a `MessageLink` on the channel.
 * `for await (const event of connection)` gives its events; the last is `closed`.
 *
 * While 1,024 events wait to be taken, what comes is thrown away, as datagrams are over UDP.
 */
export class Connection extends LinkConnection<MessageLink> {
  readonly channel: DataChannel;
  protected readonly link: MessageLink;
  readonly #under: PeerConnection;
  readonly #outbox: Outbox;
  /** Between the clock of the platform, which never goes back, and the time of day. */
  readonly #offset = Date.now() - performance.now();
  #hasFailed = false;

  /** Takes a channel over, and nobody else may read from it. Programs use `connect`, `listen` and `accept`. */
  constructor(under: PeerConnection, channel: DataChannel, options: PeerOptions) {
    super(MAX_EVENTS);
    if (channel.protocol !== PROTOCOL) throw new RangeError(`the protocol of the channel is not ${PROTOCOL} (RTC-1)`);
    this.channel = channel;
    this.#under = under;
    this.#outbox = new Outbox(channel);
    const isLossy = channel.maxRetransmits != null || channel.maxPacketLifeTime != null;
    this.link = new MessageLink(options, this.now, isLossy);
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", () => this.#opened());
    channel.addEventListener("message", (event) => this.#receive((event as MessageEvent).data));
    channel.addEventListener("error", this.#failed);
    channel.addEventListener("close", this.#ended);
    watch(under, this.#ended);
    this.#opened();
    this.#ended();
    if (isOver(under)) this.step((link, now) => link.reset(now)); // RTC-11: it could not be made
    this.arm();
  }

  /** How many bytes wait to be sent; beyond 16 MiB a request is rejected with `BUFFER_LIMIT` (RTC-9). */
  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** Waits until the channel is open, or the connection has ended. */
  async opened(signal?: AbortSignal): Promise<void> {
    while (!this.isClosed && this.channel.readyState === "connecting") await this.#turn(signal, "open");
    signal?.throwIfAborted();
  }

  /** Waits until at most 1 MiB waits to be sent, or the connection has ended. */
  async drained(signal?: AbortSignal): Promise<void> {
    while (!this.isClosed && this.bufferedAmount > DRAINED_BYTES) await this.#turn(signal, "bufferedamountlow");
    signal?.throwIfAborted();
  }

  protected get now(): number {
    return Math.floor(this.#offset + performance.now());
  }

  protected get waiting(): number {
    return this.#outbox.bytes;
  }

  protected carry(pieces: readonly Uint8Array[]): void {
    this.#outbox.put(pieces);
  }

  /** Closes the channel once it has all that was sent, or has taken nothing for some time. */
  protected letGo(): void {
    unwatch(this.#under, this.#ended);
    const { channel } = this;
    let timer: ReturnType<typeof setTimeout>;
    const close = () => {
      channel.removeEventListener("bufferedamountlow", closeOrWait);
      this.#outbox.clear();
      channel.close();
    };
    const closeOrWait = () => {
      clearTimeout(timer);
      if (this.#outbox.isEmpty || channel.readyState !== "open") close();
      else timer = setTimeout(close, LINGER_MS);
    };
    channel.addEventListener("bufferedamountlow", closeOrWait);
    closeOrWait();
  }

  #opened(): void {
    if (this.channel.readyState !== "open") return;
    this.link.maxMessageBytes = messageLimit(this.#under.remoteDescription?.sdp ?? "");
  }

  #receive(data: unknown): void {
    if (this.queue.isFull) return;
    const message = typeof data === "string" ? data : new Uint8Array(data as ArrayBuffer);
    this.step((link, now) => link.receive(message, now));
  }

  readonly #failed = () => {
    this.#hasFailed = true;
  };

  /** Sees whether the channel, or what is under it, has ended (RTC-10, RTC-11). */
  readonly #ended = () => {
    const isOver = ["closing", "closed"].includes(this.channel.readyState);
    if (!isOver && !hasEnded(this.#under)) return;
    const hasFailed = this.#hasFailed || this.#under.connectionState !== "connected"; // only then can the other end close it
    this.step((link, now) => (hasFailed ? link.reset(now) : link.end(now)));
  };

  #turn(signal: AbortSignal | undefined, type: string): Promise<void> {
    const { channel } = this;
    const under = this.#under;
    return turn(
      signal,
      (done) => {
        for (const one of [type, "close"]) channel.addEventListener(one, done);
        watch(under, done);
      },
      (done) => {
        for (const one of [type, "close"]) channel.removeEventListener(one, done);
        unwatch(under, done);
      },
    );
  }
}
