// Reads datagrams, one a line in hexadecimal, and writes of each what is in it as a line of JSON, or {"refused": why}.
// The runtime of Kaitai for JavaScript reads a u64 as a number, so above 2^53 frame_seq, base and num_slices are rounded.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const KaitaiStream = require("kaitai-struct/KaitaiStream");
const { Resonant } = require("./build/javascript/Resonant.cjs");

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const slice = (one) => ({ dtype: one.dtype, dims: one.dims, payload: hex(one.payload) });

function fields(datagram) {
  const { content, crc32, isRepair } = new Resonant(new KaitaiStream(datagram));
  if (isRepair) {
    const { streamId, base, k, r, index, step, parity } = content;
    return { stream_id: streamId, base, k, r, index, step, parity: hex(parity), crc32 };
  }
  const { version, type, flags, streamId, frameSeq, numSlices, sliceLen, spaceHash32, modality, body } = content;
  return {
    version,
    type,
    flags: flags.bits,
    stream_id: streamId,
    frame_seq: frameSeq,
    num_slices: numSlices,
    slice_len: sliceLen,
    space_hash32: spaceHash32,
    modality,
    ...(flags.isTransformed ? { body: hex(body) } : { slices: body.slices.map(slice) }),
    crc32,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const bytes = Buffer.from(line, "hex");
  const datagram = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  let found;
  try {
    found = fields(datagram);
  } catch (error) {
    found = { refused: String(error) };
  }
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
