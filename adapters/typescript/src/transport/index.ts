export { ByteLink } from "./byte-link.js";
export { joined, LENGTH_BYTES, Splitter, type StreamEnd } from "./framing.js";
export { Link, MAX_UNSENT_BYTES } from "./link.js";
export { MessageLink, messageLimit } from "./message-link.js";
