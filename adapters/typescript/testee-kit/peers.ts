import type { Op } from "./ops.js";

/** The transports on which a testee can have peers. */
export type Transport = "udp" | "tcp" | "webrtc";

/** What the peers want done: a client's remote end reached, bytes sent on a link, or a connection ended. */
export type Outgoing =
  | { readonly link: string; readonly connect: { readonly transport: Transport; readonly port: number } }
  | { readonly link: string; readonly bytes: Uint8Array }
  | { readonly link: string; readonly end: true };

/** The descriptions of peer_signal, one of them or none (TST-33). */
export interface Signal {
  readonly offer?: string;
  readonly answer?: string;
}

interface Target {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/** What the kit uses of an RTCDataChannel. */
export interface Channel extends Target {
  readonly id: number | null;
  readonly protocol: string;
  readonly readyState: string;
  readonly maxRetransmits?: number | null;
  readonly maxPacketLifeTime?: number | null;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: "arraybuffer" | "blob";
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** What the kit uses of an RTCPeerConnection. */
export interface Association extends Target {
  readonly connectionState: string;
  readonly iceGatheringState: string;
  readonly localDescription: { readonly sdp?: string } | null;
  readonly sctp: { readonly state: string } | null;
  createOffer(): Promise<object>;
  createAnswer(): Promise<object>;
  setLocalDescription(description: object): Promise<void>;
  setRemoteDescription(description: { readonly type: "offer" | "answer"; readonly sdp: string }): Promise<void>;
  createDataChannel(label: string, options: object): Channel;
  close(): void;
}

/** The peers of a testee with the profile handshake (testee.md, section 6). Their ops are kept out of batches. */
export interface Peers {
  /** Those on which there are peers. */
  readonly transports: readonly Transport[];
  /** Without the member `arrived`, which has been seen to, and without peer_signal. */
  readonly ops: ReadonlyMap<string, Op>;
  /**
   * Handles a datagram, a chunk of a connection's bytes, or a binary message; of a new link over TCP a server takes the
   * first chunk, which may be empty.
   */
  receive(link: string, transport: Transport, bytes: Uint8Array): void;
  /** Handles the end of a connection: the other end stops sending, or it is reset or could not be made. */
  ended?(link: string, how: "end" | "reset"): void;
  /** Learns how many bytes of a connection wait until the system takes them; called before each of the ops. */
  unsent?(link: string, bytes: number): void;
  /** Gives what is to be done, once; called after all of these, and after each of the ops (TST-17). */
  outgoing(): Iterable<Outgoing>;

  // Over WebRTC.

  /** Learns that there is a channel, before anything that has come on it; on one that is lossy a message may get lost by itself. */
  accepted?(link: string, isLossy: boolean): void;
  /** Handles a text message. */
  text?(link: string, text: string): void;
  /** Learns the other end's description of the association. */
  described?(description: string): void;
  /** Opens the channel of a client on an association, which is an RTCPeerConnection. */
  openChannel?(association: Association): Channel;
  /** Whether a server takes a channel, an RTCDataChannel; another is closed. */
  takesChannel?(channel: Channel): boolean;
}
