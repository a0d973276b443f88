/**
 * What is used of the interfaces of W3C's WebRTC. Browsers have them, and so has Node with a package such as
 * node-datachannel, whose entry is `node-datachannel/polyfill`.
 */

interface Target {
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

/** An `RTCDataChannel`. */
export interface DataChannel extends Target {
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

/** An offer or an answer. */
export interface Description {
  readonly type: "offer" | "answer" | "pranswer" | "rollback";
  readonly sdp: string;
}

/** An `RTCPeerConnection`. */
export interface PeerConnection extends Target {
  readonly connectionState: string;
  readonly sctp: { readonly state: string } | null;
  readonly remoteDescription: { readonly sdp?: string } | null;
  createDataChannel(label: string, options: { protocol: string; ordered: boolean }): DataChannel;
}

/** What describing one takes besides. */
export interface Describable extends PeerConnection {
  readonly iceGatheringState: string;
  readonly localDescription: { readonly type: string; readonly sdp?: string } | null;
  createOffer(): Promise<object>;
  createAnswer(): Promise<object>;
  setLocalDescription(description: object): Promise<void>;
  setRemoteDescription(description: Description): Promise<void>;
}
