import { ALL_FEATURES } from "../../src/index.js";
import {
  answer,
  type Connection,
  connect,
  type Describable,
  type Description,
  listen,
  offer,
} from "../../src/webrtc/index.js";
import { exchange, withKey } from "../large.js";

/** What an end of a session is asked for. */
export interface Wishes {
  /** Whether it is the server; the client sends first. */
  readonly serves: boolean;
  /** How many frames each end sends. */
  readonly frames: number;
  /** Of 32 bytes; with it nothing goes unsealed. */
  readonly key?: readonly number[] | undefined;
}

/** A peer connection on which a channel can be agreed outside. */
type Under = Describable & { createDataChannel(label: string, options: { negotiated: true; id: number }): unknown };

/** One end of a session over a data channel: both ends send a stream of large frames. It runs in browsers and on Node. */
export class Session {
  readonly #under: Under;
  readonly #wishes: Wishes;
  /** The connection, once there is one. */
  readonly #connection: Promise<Connection>;

  private constructor(under: Under, wishes: Wishes, connection: Promise<Connection>) {
    this.#under = under;
    this.#wishes = wishes;
    this.#connection = connection;
    connection.catch(() => {}); // `run` throws it
  }

  /** Makes ready, before any description is given. */
  static async begin(under: Under, wishes: Wishes): Promise<Session> {
    const key = wishes.key && Uint8Array.from(wishes.key);
    const config = withKey(ALL_FEATURES, key);
    if (!wishes.serves) return new Session(under, wishes, connect(under, config));
    const server = await listen(under, config);
    const first = async () => {
      for await (const connection of server) return connection;
      throw new Error("the peer connection ended");
    };
    return new Session(under, wishes, first());
  }

  /** The offer of this end. A server has no channel to offer, and makes one that the other end hears nothing of. */
  offer(): Promise<Description> {
    if (this.#wishes.serves) this.#under.createDataChannel("", { negotiated: true, id: 1000 });
    return offer(this.#under);
  }

  answer(description: Description): Promise<Description> {
    return answer(this.#under, description);
  }

  async accept(description: Description): Promise<void> {
    await this.#under.setRemoteDescription(description);
  }

  /** Talks, and says in the end what came. */
  async run(): Promise<string> {
    const { serves, frames } = this.#wishes;
    return exchange(await this.#connection, serves, frames);
  }
}
