// One end of a session over a WebRTC data channel, on Node with node-datachannel. The other end is given its description,
// a line of JSON on standard output, and gives its own as a line on standard input.
import { exit } from "node:process";
import { cleanup } from "node-datachannel";
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { asked, talk } from "./lines.js";
import { Session } from "./session.js";

const wishes = asked();
const loopback = { iceServers: [], bindAddress: "127.0.0.1" }; // bindAddress is node-datachannel's own
const under = new RTCPeerConnection(loopback);
await talk(await Session.begin(under, wishes), wishes);
under.close();
cleanup(); // which lets go out what is to be sent
exit(0);
