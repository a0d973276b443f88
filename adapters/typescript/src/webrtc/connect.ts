import { checked, type PeerConfig, SALT_BYTES } from "../peer/config.js";
import { loadZstd } from "../zstd.js";
import { Connection, PROTOCOL } from "./connection.js";
import type { DataChannel, PeerConnection } from "./standard.js";

/** How a client connects. */
export interface ConnectOptions {
  /** A channel with the protocol `resonant/1` that the program has opened itself; where it is left out, one is opened (RTC-3). */
  readonly channel?: DataChannel;
  /** The stream_id of its ping; drawn where it is left out. */
  readonly streamId?: number;
  /** Gives up, or closes the connection. */
  readonly signal?: AbortSignal;
}

/** 16 random bytes. */
export const drawSalt = (): Uint8Array => crypto.getRandomValues(new Uint8Array(SALT_BYTES));

/** Opens a channel for a client, which its end is made on (RTC-1, RTC-3). */
export function openChannel<Channel>(under: Opening<Channel>): Channel {
  return under.createDataChannel("resonant", { protocol: PROTOCOL, ordered: false });
}

/** Whether a channel that the other end has opened is one to take (RTC-2). */
export const isToTake = ({ protocol }: { readonly protocol: string }): boolean => protocol === PROTOCOL;

interface Opening<Channel> {
  createDataChannel(label: string, options: { protocol: string; ordered: boolean }): Channel;
}

/**
 * Opens a channel at once, so that an offer that is made after this call has one in it, and shakes hands when the two
 * ends have each other's description. Throws SessionError, or the reason of the signal.
 */
export async function connect(
  under: PeerConnection,
  config: PeerConfig,
  options: ConnectOptions = {},
): Promise<Connection> {
  const { streamId = crypto.getRandomValues(new Uint32Array(1))[0] as number, signal } = options;
  const own = checked(config);
  const channel = options.channel ?? openChannel(under);
  const connection = new Connection(under, channel, { role: "client", config: own, salt: drawSalt(), drawSalt });
  try {
    await loadZstd();
    await connection.opened(signal);
    if (!connection.isClosed) connection.ping(streamId);
    await connection.established(signal);
  } catch (error) {
    connection.close();
    throw error;
  }
  signal?.addEventListener("abort", () => connection.close(), { once: true });
  return connection;
}
