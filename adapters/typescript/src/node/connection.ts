import { randomInt } from "node:crypto";
import type { AdaptiveOutgo } from "../peer/adaptive.js";
import type { PeerConfig } from "../peer/config.js";
import type { Agreement, PeerEvent } from "../peer/event.js";
import type { Outgo } from "../peer/peer.js";
import type { Sizes } from "../peer/sync.js";
import { SessionError } from "../session-error.js";
import { loadZstd } from "../zstd.js";
import { Endpoint } from "./endpoint.js";
import { type Address, bind, resolve } from "./socket.js";

/** How a client connects. */
export interface ConnectOptions {
  /** 127.0.0.1 where it is left out. */
  readonly host?: string;
  readonly port: number;
  /** The stream_id of its ping. Where it is left out it is drawn, as the server may remember those of another session. */
  readonly streamId?: number;
  /** Gives up, or closes the connection. */
  readonly signal?: AbortSignal;
}

/** Shakes hands with a server. Throws SessionError, what the system says, or the reason of the signal. */
export async function connect(config: PeerConfig, options: ConnectOptions): Promise<Connection> {
  const { host = "127.0.0.1", port, streamId = randomInt(2 ** 32), signal } = options;
  await loadZstd();
  const remote = await resolve(host, port);
  const socket = await bind({ address: remote.address.includes(":") ? "::" : "0.0.0.0", port: 0 });
  const connection = new Connection(
    new Endpoint(socket, { role: "client", config, maxLinks: 1, only: remote }),
    remote,
  );
  try {
    signal?.throwIfAborted();
    connection.ping(streamId);
    await connection.established(signal);
  } catch (error) {
    connection.close();
    throw error;
  }
  signal?.addEventListener("abort", () => connection.close(), { once: true });
  return connection;
}

/** A client's end of a connection. `for await (const event of connection)` gives its events. */
export class Connection implements AsyncIterable<PeerEvent> {
  /** Where the server is. */
  readonly remote: Address;
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint, remote: Address) {
    this.#endpoint = endpoint;
    this.remote = remote;
  }

  /** What is agreed, in a session. */
  get agreement(): Agreement | undefined {
    return this.#endpoint.peer(this.remote)?.agreement;
  }

  /** Waits until a ping has its answer; what happens before that is not told again. */
  async established(signal?: AbortSignal): Promise<Agreement> {
    for await (const event of this.events(signal)) {
      if (event.kind === "established") return event;
      if (event.kind === "error_received") throw new SessionError(event.code);
    }
    throw new SessionError("HANDSHAKE_TIMEOUT");
  }

  /** Pings on a stream_id on which nothing was sent: to renegotiate, or for another session after a loss. */
  ping(streamId: number): void {
    this.#endpoint.ping(this.remote, streamId);
  }

  /** Sends a data frame. Like the other requests it throws ResonantError where the peer rejects it. */
  send(streamId: number, message: Outgo): void {
    this.#endpoint.send(this.remote, streamId, message);
  }

  /** Sends a data frame whose tensors take the form that is smallest and exact enough (specs/adaptive.md). */
  sendAdaptive(streamId: number, message: AdaptiveOutgo): void {
    this.#endpoint.sendAdaptive(this.remote, streamId, message);
  }

  /** Tells the other peer how much error its tensors on a stream_id may have, 0 to 16,777,216 in 2^-24 of their energy. */
  quality(streamId: number, tolerance: number): void {
    this.#endpoint.quality(this.remote, streamId, tolerance);
  }

  /**
   * Opens a stream: what is sent on it is delivered in order and verified as a whole. A managed one has an urgency, of 0 to
   * 7: the lowest goes first.
   */
  open(streamId: number, strongTail: boolean, sizes?: Sizes, urgency?: number): void {
    this.#endpoint.open(this.remote, streamId, strongTail, sizes, urgency);
  }

  /** Ends a stream. Whoever closes right after it can send nothing again that was lost. */
  end(streamId: number): void {
    this.#endpoint.end(this.remote, streamId);
  }

  /** Sends the TAIL of a stream again, which can be lost like any frame. */
  endAgain(streamId: number): void {
    this.#endpoint.endAgain(this.remote, streamId);
  }

  /** Sends a HEART. */
  heart(streamId: number): void {
    this.#endpoint.heart(this.remote, streamId);
  }

  /** Ends a managed stream before its time, for a reason of `A` to `Z`, `0` to `9` and `_`. */
  reset(streamId: number, code: string): void {
    this.#endpoint.reset(this.remote, streamId, code);
  }

  /** Holds a managed stream of the other peer, which delivers nothing then, and soon gets no more. */
  hold(streamId: number): void {
    this.#endpoint.hold(this.remote, streamId);
  }

  /** Goes on with a stream that was held. */
  resume(streamId: number): void {
    this.#endpoint.resume(this.remote, streamId);
  }

  /** Wants no more of a managed stream of the other peer. */
  cancel(streamId: number): void {
    this.#endpoint.cancel(this.remote, streamId);
  }

  /** Lets the data frames of managed streams wait, so that `uncork` sends them in the order of their urgency. */
  cork(): void {
    this.#endpoint.cork(this.remote);
  }

  /** Sends what waits since `cork`, as far as the other peer takes it. */
  uncork(): void {
    this.#endpoint.uncork(this.remote);
  }

  /** The events from now on, until the connection is closed. Throws the reason of the signal once that is aborted. */
  async *events(signal?: AbortSignal): AsyncGenerator<PeerEvent, void, undefined> {
    for await (const { event } of this.#endpoint.events(signal)) yield event;
  }

  [Symbol.asyncIterator](): AsyncGenerator<PeerEvent, void, undefined> {
    return this.events();
  }

  /** Closes the socket, and ends the iteration over events. */
  close(): void {
    this.#endpoint.close();
  }
}
