const HEAD_BYTES = 12;
const MAGIC = 0x31505452; // "RTP1", little-endian
const ASK = 0x41505452; // "RTPA"
export const PIECE_BYTES = 60_000;
export const MAX_PIECES = 300;
const KEPT_REPLIES = 64;

/** A datagram that is well-formed (TST-5). */
export interface Piece {
  readonly ask: boolean;
  readonly id: number;
  readonly index: number;
  readonly count: number;
  readonly data: Uint8Array;
}

/** The piece, or the ask, that a datagram is; undefined where it is neither. */
export function readPiece(datagram: Uint8Array): Piece | undefined {
  if (datagram.length < HEAD_BYTES || datagram.length > HEAD_BYTES + PIECE_BYTES) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  const magic = view.getUint32(0, true);
  const ask = magic === ASK;
  const [id, index, count] = [view.getUint32(4, true), view.getUint16(8, true), view.getUint16(10, true)];
  const data = datagram.subarray(HEAD_BYTES);
  const formed = (magic === MAGIC || (ask && data.length === 0)) && index < count && count <= MAX_PIECES;
  return formed ? { ask, id, index, count, data } : undefined;
}

/** A datagram with a piece of a reply. */
function writePiece(id: number, index: number, count: number, data: Uint8Array): Uint8Array {
  const datagram = head(MAGIC, id, index, count, data.length);
  datagram.set(data, HEAD_BYTES);
  return datagram;
}

/** A datagram that asks for a piece of a request. */
export function writeAsk(id: number, index: number, count: number): Uint8Array {
  return head(ASK, id, index, count, 0);
}

function head(magic: number, id: number, index: number, count: number, dataBytes: number): Uint8Array {
  const datagram = new Uint8Array(HEAD_BYTES + dataBytes);
  const view = new DataView(datagram.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, id, true);
  view.setUint16(8, index, true);
  view.setUint16(10, count, true);
  return datagram;
}

/** A message of which not all pieces have come. A piece of another one begins anew. */
export class Incomplete {
  #of = "";
  #pieces = new Map<number, Uint8Array>();

  /** Put a piece of that sender's to the others. Gives the message where it is whole now (TST-4). */
  add(sender: string, { id, index, count, data }: Piece): Uint8Array | undefined {
    const of = `${sender} ${id} ${count}`;
    if (of !== this.#of) this.#pieces = new Map();
    this.#of = of;
    this.#pieces.set(index, data);
    if (this.#pieces.size < count) return undefined;
    const pieces = Array.from({ length: count }, (_, at) => this.#pieces.get(at) ?? new Uint8Array());
    this.#of = "";
    return joined(pieces);
  }

  /** The first piece that the message lacks (TST-23). */
  lacking(): number {
    let index = 0;
    while (this.#pieces.has(index)) index++;
    return index;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The last replies, cut into datagrams, by request_id (TST-7). */
export class KeptReplies {
  readonly #datagrams = new Map<number, readonly Uint8Array[]>();

  get(id: number): readonly Uint8Array[] | undefined {
    return this.#datagrams.get(id);
  }

  /** Keep a reply, and forget the oldest of too many. Gives its first datagram. */
  keep(id: number, text: Uint8Array): Uint8Array {
    const count = Math.ceil(text.length / PIECE_BYTES);
    const datagrams = Array.from({ length: count }, (_, index) =>
      writePiece(id, index, count, text.subarray(PIECE_BYTES * index, PIECE_BYTES * (index + 1))),
    );
    this.#datagrams.set(id, datagrams);
    for (const oldest of this.#datagrams.keys()) {
      if (this.#datagrams.size <= KEPT_REPLIES) break;
      this.#datagrams.delete(oldest);
    }
    return datagrams[0];
  }

  clear(): void {
    this.#datagrams.clear();
  }
}
