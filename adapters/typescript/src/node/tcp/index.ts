export { type ConnectOptions, SessionError } from "../connection.js";
export type { Address } from "../socket.js";
export { connect } from "./connect.js";
export { Connection } from "./connection.js";
export { type ListenOptions, listen, Server } from "./server.js";
