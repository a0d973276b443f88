import type { Implementation } from "../../testee-kit/implementation.js";
import { yours } from "../yours.js";

const { hello, tcpSplit: _split, tcpJoin: _join, ...others } = yours;

/** The package in a page, whose peers have no sockets, but data channels. */
export const yoursInPages: Implementation = {
  ...others,
  hello: {
    ...hello,
    name: `${hello.name}-browser`,
    profiles: [...hello.profiles.filter((profile) => profile !== "tcp"), "webrtc"],
  },
};
