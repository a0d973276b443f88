export { decode, readHeader } from "./decode.js";
export { encode } from "./encode.js";
export { CODES, type Code, MissingTransformError, ResonantError } from "./errors.js";
export * from "./frame.js";
export { open, type Sealing, seal } from "./seal.js";
export { compress, decompress, loadZstd } from "./zstd.js";
