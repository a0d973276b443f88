export { SessionError } from "../session-error.js";
export { type ConnectOptions, connect, isToTake, openChannel } from "./connect.js";
export { Connection, PROTOCOL } from "./connection.js";
export { answer, offer } from "./describe.js";
export { accept, type ListenOptions, listen, Server } from "./server.js";
export type { DataChannel, Describable, Description, PeerConnection } from "./standard.js";
