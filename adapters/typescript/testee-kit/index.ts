/**
 * The shared part of testees in TypeScript (specs/testee.md): the sockets, the datagrams, the checks of requests, the
 * ops. A testee is an Implementation, and calls `run` with it. It needs Node alone.
 */
export { readLink } from "./arrived.js";
export { Channels } from "./channels.js";
export { readFields, readSlices, showFields, showSlices } from "./fields.js";
export { fromHex, toHex } from "./hex.js";
export * from "./implementation.js";
export { Input } from "./input.js";
export { type Op, opsOf } from "./ops.js";
export type { Association, Channel, Outgoing, Peers, Signal, Transport } from "./peers.js";
export { Performer } from "./performer.js";
export { type Answer, Requests } from "./requests.js";
export { type Asked, run, serve, token } from "./server.js";
export { bindWires } from "./wires.js";
