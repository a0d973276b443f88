import { Dtype, encode, Flag, MessageType, Modality } from "../../src/index.js";
import { ALL_FEATURES, type Outgo, Peer, type PeerConfig, type PeerEvent, type Role } from "../../src/peer/index.js";

export const CONFIG: PeerConfig = { ...ALL_FEATURES, spaceHash32: 5, dModel: 4 };
export const KEY = new Uint8Array(32).fill(7);

export function peerOf(role: Role, changes: Partial<PeerConfig> = {}): Peer {
  const salt = new Uint8Array(16).fill(role === "client" ? 1 : 2);
  return new Peer({ role, config: { ...CONFIG, ...changes }, salt });
}

/** A Think of one I8 slice. */
export function think(...values: number[]): Outgo {
  const slices = [{ dtype: Dtype.I8, dims: [values.length], payload: Uint8Array.from(values) }];
  return { type: MessageType.Think, modality: Modality.Text, slices };
}

/** A data frame that no peer sent. */
export function frame(streamId: number, frameSeq: bigint, payload: Uint8Array, flags = 0): Uint8Array {
  const slices = [{ dtype: Dtype.I8, dims: [payload.length], payload }];
  return encode({ type: MessageType.Think, flags, streamId, frameSeq, spaceHash32: 5, modality: 0, slices });
}

/** A Sync frame that no peer sent. */
export function sync(streamId: number, frameSeq: bigint, members: object, flags = 0): Uint8Array {
  const payload = new TextEncoder().encode(JSON.stringify(members));
  const slices = [{ dtype: Dtype.I8, dims: [payload.length], payload }];
  return encode({ type: MessageType.Sync, flags, streamId, frameSeq, spaceHash32: 5, modality: 0, slices });
}

export const STRONG = Flag.STRONG_TAIL;

/** Carries datagrams between two peers until neither sends any more; what `arrives` refuses is lost. */
export function carry(one: Peer, other: Peer, now: number, arrives: () => boolean = () => true): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to] of [[one, other] as const, [other, one] as const]) {
      for (const datagram of from.takeDatagrams()) {
        moved = true;
        if (arrives()) to.receive(datagram, now);
      }
    }
  }
}

/** A client and a server in a session at 0 ms, whose events were taken. */
export function session(changes: Partial<PeerConfig> = {}): { client: Peer; server: Peer } {
  const [client, server] = [peerOf("client", changes), peerOf("server", changes)];
  client.ping(1, 0);
  carry(client, server, 0);
  client.takeEvents();
  server.takeEvents();
  return { client, server };
}

export const kinds = (events: readonly PeerEvent[]): string[] => events.map(({ kind }) => kind);
