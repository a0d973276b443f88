import type { TestContext } from "node:test";
import { cleanup } from "node-datachannel";
import { RTCPeerConnection } from "node-datachannel/polyfill";
import type { PeerConfig } from "../../src/index.js";
import { answer, type Connection, connect, listen, offer, type Server } from "../../src/webrtc/index.js";

export type Under = InstanceType<typeof RTCPeerConnection>;

/** A peer connection of this machine alone. */
export function peerConnection(t: TestContext): Under {
  const options = { iceServers: [], bindAddress: "127.0.0.1" }; // bindAddress is this library's own
  const under = new RTCPeerConnection(options);
  t.after(() => under.close());
  return under;
}

/**
 * Gives each of two peer connections the other's description; the first has a channel to offer.
 *
 * Between two ends of libdatachannel on one machine everything comes at once, for which it is not made: the answering end
 * is kept from sending before the first has its answer (the candidates of the offer come last). It begins DTLS, as it does
 * where the offer leaves that open: its way is found after that of the first, which listens by then. A beginning of the
 * first's would be lost often, and be said again after a second.
 */
export async function signal(one: Under, other: Under, change = (sdp: string) => sdp): Promise<void> {
  const whole = change((await offer(one, soon())).sdp);
  const { sdp } = await answer(other, { type: "offer", sdp: unhurried(whole) }, soon());
  await one.setRemoteDescription({ type: "answer", sdp: change(sdp) });
  await tell(other, whole);
}

/** An offer whose answerer waits with everything. */
export function unhurried(offer: string): string {
  return offer.replaceAll(CANDIDATE, "");
}

/** Gives a peer connection the candidates of a description. */
export async function tell(under: Under, description: string): Promise<void> {
  for (const [, candidate] of description.matchAll(CANDIDATE)) {
    await under.addIceCandidate({ candidate: candidate as string, sdpMid: "0" });
  }
}

const CANDIDATE = /^a=(candidate:.*)\r\n/gm;

export interface Pair {
  readonly client: Connection;
  readonly other: Connection;
  readonly server: Server;
  readonly unders: readonly [Under, Under];
}

/** A client and a server in a session. */
export async function pair(t: TestContext, config: PeerConfig, change?: (sdp: string) => string): Promise<Pair> {
  const unders = [peerConnection(t), peerConnection(t)] as const;
  const server = await listen(unders[1], config);
  const connecting = connect(unders[0], config, { signal: soon() });
  await signal(...unders, change);
  const client = await connecting;
  const other = await accepted(server);
  await other.established(soon());
  return { client, server, unders, other };
}

export async function accepted(server: Server): Promise<Connection> {
  for await (const connection of server.accept(soon())) return connection;
  throw new Error("the server was closed");
}

export const soon = () => AbortSignal.timeout(60_000);

/** What is told until a kind of event, which is the last; but not that a busy machine was asked for something again. */
export async function until(connection: Connection, kind: string): Promise<string[]> {
  const told: string[] = [];
  for await (const event of connection.events(soon())) {
    if (event.kind === "dropped" && event.code === "DUPLICATE") continue;
    told.push("code" in event ? `${event.kind} ${event.code}` : event.kind);
    if (event.kind === kind) return told;
  }
  return told;
}

export { cleanup };
