import type { Peer, Sizes } from "../src/index.js";
import { readSlices } from "../testee-kit/fields.js";
import { BadRequest } from "../testee-kit/implementation.js";
import type { Input } from "../testee-kit/input.js";

const MD5 = /^[0-9a-f]{32}$/;
const RESET_CODE = /^[A-Z0-9_]{1,64}$/;
const XXH3 = /^[0-9a-f]{16}$/;

/** Something that a peer_send has the peer do, at a time. */
export type Request = (peer: Peer, now: number) => void;

/** The kinds of requests of specs/ops/peer_send.json. */
export const KINDS = [
  "message",
  "adaptive",
  "quality",
  "ping",
  "head",
  "tail",
  "heart",
  "hold",
  "resume",
  "cancel",
  "reset",
  "cork",
  "uncork",
] as const;
type OnAll = "cork" | "uncork";
type OnStream = Exclude<(typeof KINDS)[number], OnAll>;

const ON_ALL: Readonly<Record<OnAll, Request>> = {
  cork: (peer, now) => peer.cork(now),
  uncork: (peer, now) => peer.uncork(now),
};

/** Reads what else a kind of request needs. */
const ON_STREAMS: Readonly<Record<OnStream, (input: Input, streamId: number) => Request>> = {
  message: (input, streamId) => {
    const type = input.oneOf("type", [0, 1, 2, 4]);
    const message = { type, modality: input.integer("modality", 0, 4), slices: readSlices(input) };
    return (peer, now) => peer.send(streamId, message, now);
  },
  adaptive: (input, streamId) => {
    const type = input.oneOf("type", [0, 1, 2, 4]);
    const message = {
      type,
      modality: input.integer("modality", 0, 4),
      tensors: input.objects("tensors", readTensor),
      slices: input.optional("slices", () => readSlices(input)),
    };
    return (peer, now) => peer.sendAdaptive(streamId, message, now);
  },
  quality: (input, streamId) => {
    const tolerance = input.integer("tolerance", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    return (peer, now) => peer.quality(streamId, tolerance, now);
  },
  ping: (_, streamId) => (peer, now) => peer.ping(streamId, now),
  head: (input, streamId) => {
    const strongTail = input.boolean("strong_tail");
    const sizes = input.optional("announce", (name) => input.within(name, readSizes));
    const urgency = input.optional("urgency", (name) => input.integer(name, 0, 7));
    return (peer, now) => peer.open(streamId, strongTail, now, sizes, urgency);
  },
  tail: (_, streamId) => (peer, now) => peer.end(streamId, now),
  heart: (_, streamId) => (peer, now) => peer.heart(streamId, now),
  hold: (_, streamId) => (peer, now) => peer.hold(streamId, now),
  resume: (_, streamId) => (peer, now) => peer.resume(streamId, now),
  cancel: (_, streamId) => (peer, now) => peer.cancel(streamId, now),
  reset: (input, streamId) => {
    const code = input.text("code");
    if (!RESET_CODE.test(code)) throw new BadRequest("code is no code of a reset");
    return (peer, now) => peer.reset(streamId, code, now);
  },
};

const readTensor = (input: Input) => ({
  source: input.oneOf("source", ["f16", "f32", "bf16"] as const),
  data: input.bytes("data"),
  dims: input.u32s("dims", 1, 255),
});

function readSizes(input: Input): Sizes {
  const [md5, xxhash3_64] = [input.text("md5"), input.text("xxhash3_64")];
  if (!MD5.test(md5) || !XXH3.test(xxhash3_64)) throw new BadRequest("a hash is not lower-case hexadecimal");
  return { frames: input.u64("frames"), totalLen: input.u64("total_len"), md5, xxhash3_64 };
}

/** Reads what else a request of a kind needs. */
export function readRequest(kind: (typeof KINDS)[number], input: Input): Request {
  return kind in ON_STREAMS ? ON_STREAMS[kind as OnStream](input, input.u32("stream_id")) : ON_ALL[kind as OnAll];
}
