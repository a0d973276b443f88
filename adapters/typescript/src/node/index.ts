export { SessionError } from "../session-error.js";
export { Connection, type ConnectOptions, connect } from "./connection.js";
export { type Arrived, Endpoint, type EndpointOptions, type ServeOptions, serve } from "./endpoint.js";
export { type Address, hostPort } from "./socket.js";
