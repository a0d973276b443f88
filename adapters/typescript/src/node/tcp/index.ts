export { SessionError } from "../../session-error.js";
export type { ConnectOptions } from "../connection.js";
export type { Address } from "../socket.js";
export { connect } from "./connect.js";
export { Connection } from "./connection.js";
export { type ListenOptions, listen, Server } from "./server.js";
