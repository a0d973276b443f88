export { ByteLink, MAX_UNSENT_BYTES } from "./byte-link.js";
export { joined, LENGTH_BYTES, Splitter, type StreamEnd } from "./framing.js";
