import { Dtype, MessageType, Modality } from "../src/frame.js";
import type { PeerConfig } from "../src/peer/config.js";
import type { PeerEvent } from "../src/peer/event.js";
import type { Outgo } from "../src/peer/peer.js";

/** A connection over any transport that has them. */
export interface Connection extends AsyncIterable<PeerEvent> {
  open(streamId: number, strong: boolean): void;
  send(streamId: number, message: Outgo): void;
  end(streamId: number): void;
  drained(): Promise<void>;
  close(): void;
}

/** The client's stream, and the server's. */
const THERE = 3;
const BACK = 4;
const PAYLOAD_BYTES = 60 << 10;

/** With a key nothing goes unsealed. */
export function withKey(config: PeerConfig, key: Uint8Array | undefined): PeerConfig {
  return key ? { ...config, key, crypto: ["xchacha20poly1305"], requireCrypto: true } : config;
}

/** Both ends send a stream of large frames, the client first; what came, in words. */
export async function exchange(connection: Connection, serves: boolean, frames: number): Promise<string> {
  if (!serves) await stream(connection, THERE, frames);
  const bytes = await complete(connection);
  if (serves) {
    await stream(connection, BACK, frames);
    await until(connection, (event) => event.kind === "closed");
  }
  connection.close();
  return `received ${frames} frames of ${bytes} bytes`;
}

async function stream(connection: Connection, streamId: number, frames: number): Promise<void> {
  connection.open(streamId, true);
  for (let number = 0; number < frames; number += 1) {
    connection.send(streamId, think(number));
    await connection.drained();
  }
  connection.end(streamId);
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

/** Bytes that cannot be compressed: those of a linear congruential generator. */
function think(number: number): Outgo {
  let state = number;
  const payload = Uint8Array.from({ length: PAYLOAD_BYTES }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  });
  const slices = [{ dtype: Dtype.I8, dims: [PAYLOAD_BYTES], payload }];
  return { type: MessageType.Think, modality: Modality.Text, slices };
}
