export { type Adapted, type AdaptOptions, adapt, MAX_TOLERANCE } from "./adapt.js";
export { decode, readHeader } from "./decode.js";
export { encode } from "./encode.js";
export { CODES, type Code, MissingTransformError, ResonantError } from "./errors.js";
export * from "./frame.js";
export { halvesOf, numbersOf } from "./half.js";
export { Double, type JsonObject, type JsonValue, plain } from "./json/value.js";
export { decodeMessage, type Message, readMessage, type Tensor } from "./message.js";
export * from "./peer/index.js";
export { type CodeBits, dequantize, type Quantized, quantize, type Source } from "./quant.js";
export { MAX_DATA_SHARDS, MAX_PARITY_SHARDS, rsDecode, rsEncode } from "./reed-solomon.js";
export {
  type GroupName,
  isRepair,
  MAX_PROTECTED_BYTES,
  MAX_REPAIR_BYTES,
  MIN_REPAIR_BYTES,
  type Repair,
  readRepair,
  repairDecode,
  repairEncode,
} from "./repair.js";
export { open, type Sealing, seal } from "./seal.js";
export { spaceHash32 } from "./space.js";
export { type Sparse, sparseDecode, sparseEncode } from "./sparse.js";
export { strongTailHash, tailHashText } from "./tail-hash.js";
export * from "./transport/index.js";
export {
  type WrittenMessage,
  type WrittenObject,
  type WrittenTensor,
  type WrittenValue,
  writeMessage,
} from "./write-message.js";
export { Xxh3, xxh3 } from "./xxh3.js";
export { compress, decompress, loadZstd } from "./zstd.js";
