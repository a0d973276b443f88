/** The testee of the package on Node with peers on data channels as well, which node-datachannel gives it. */
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { loadZstd } from "../../src/index.js";
import { run } from "../../testee-kit/index.js";
import { TesteePeers } from "../peers.js";
import { yours } from "../yours.js";

const { hello } = yours;
const profiles = [...hello.profiles, "webrtc"];
const loopback = { iceServers: [], bindAddress: "127.0.0.1" }; // bindAddress is node-datachannel's own

await loadZstd();
await run(
  { ...yours, hello: { ...hello, name: `${hello.name}-webrtc`, profiles } },
  new TesteePeers(["udp", "tcp", "webrtc"]),
  () => new RTCPeerConnection(loopback),
);
