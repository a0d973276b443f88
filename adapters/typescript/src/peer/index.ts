export type { AdaptiveOutgo, AdaptiveTensor } from "./adaptive.js";
export {
  type AdaptiveTolerance,
  ALL_FEATURES,
  isSpaceId,
  type MuxLimits,
  type PeerConfig,
  type RepairGroups,
  type Role,
} from "./config.js";
export type * from "./event.js";
export { type LinkDatagram, type LinkEvent, Links, type LinksOptions } from "./links.js";
export type { CompressName, CryptoName, DtypeName, FecName, ModalityName } from "./names.js";
export { type Outgo, Peer, type PeerOptions } from "./peer.js";
export type { Carrier } from "./state.js";
export type { Sizes } from "./sync.js";
