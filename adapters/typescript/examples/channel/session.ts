import { ALL_FEATURES, Dtype, MessageType, Modality, type Outgo, type PeerEvent } from "../../src/index.js";
import {
  answer,
  type Connection,
  connect,
  type Describable,
  type Description,
  listen,
  offer,
} from "../../src/webrtc/index.js";

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

/** The client's stream, and the server's. */
const THERE = 3;
const BACK = 4;
const PAYLOAD_BYTES = 60 << 10;

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
    const config = {
      ...ALL_FEATURES,
      ...(key ? { key, crypto: ["xchacha20poly1305"] as const, requireCrypto: true } : {}),
    };
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
    const connection = await this.#connection;
    const { serves, frames } = this.#wishes;
    if (!serves) await stream(connection, THERE, frames);
    const bytes = await complete(connection);
    if (serves) {
      await stream(connection, BACK, frames);
      await until(connection, (event) => event.kind === "closed");
    }
    connection.close();
    return `received ${frames} frames of ${bytes} bytes`;
  }
}

async function stream(connection: Connection, streamId: number, frames: number): Promise<void> {
  connection.open(streamId, true);
  for (let number = 0; number < frames; number += 1) {
    connection.send(streamId, think(number));
    await connection.drained();
  }
  connection.end(streamId);
}

function think(number: number): Outgo {
  const payload = Uint8Array.from({ length: PAYLOAD_BYTES }, (_, place) => number + Math.floor((place * place) / 7));
  const slices = [{ dtype: Dtype.I8, dims: [PAYLOAD_BYTES], payload }];
  return { type: MessageType.Think, modality: Modality.Text, slices };
}

/** How many bytes the payloads have of the stream that comes; it has to be whole. */
async function complete(connection: Connection): Promise<number> {
  let bytes = 0;
  await until(connection, (event) => {
    if (event.kind === "message") bytes += event.slices.reduce((sum, { payload }) => sum + payload.length, 0);
    return event.kind === "complete";
  });
  return bytes;
}

async function until(connection: Connection, isLast: (event: PeerEvent) => boolean): Promise<void> {
  for await (const event of connection) {
    if (isLast(event)) return;
    if (event.kind === "failed" || event.kind === "closed") throw new Error(JSON.stringify(event));
  }
}
