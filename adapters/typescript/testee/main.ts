/** The testee of the package on Node: what the conformance runner asks, asked of the package. */
import { loadZstd } from "../src/index.js";
import { run } from "../testee-kit/index.js";
import { TesteePeers } from "./peers.js";
import { yours } from "./yours.js";

await loadZstd();
await run(yours, new TesteePeers(["udp", "tcp"]));
