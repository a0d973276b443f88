import type { Implementation } from "../../testee-kit/implementation.js";
import { yours } from "../yours.js";

const ON_PEERS = ["handshake", "stream", "tcp"];
const { hello, tcpSplit: _split, tcpJoin: _join, ...others } = yours;

/** The package without the profiles that need peers. */
export const yoursInPages: Implementation = {
  ...others,
  hello: {
    ...hello,
    name: `${hello.name}-browser`,
    profiles: hello.profiles.filter((profile) => !ON_PEERS.includes(profile)),
  },
};
