import type { PeerConnection } from "./standard.js";

/** States of a peer connection that has ended under its channels (RTC-11). */
const ENDED: readonly string[] = ["failed", "closed"];

/** Whether no channel can be opened on a peer connection any more; where it is only disconnected, it may come back. */
export const isOver = (under: PeerConnection): boolean =>
  hasEnded(under) || (under.connectionState === "connected" && under.sctp?.state === "closed");

const watchers = new WeakMap<PeerConnection, Set<() => void>>();

/** Whether a peer connection has ended or failed. */
export const hasEnded = (under: PeerConnection): boolean => ENDED.includes(under.connectionState);

/** Calls back whenever a peer connection changes its state; one listener does it for all, as some platforms warn of many. */
export function watch(under: PeerConnection, changed: () => void): void {
  const known = watchers.get(under);
  if (known !== undefined) {
    known.add(changed);
    return;
  }
  const all = new Set([changed]);
  watchers.set(under, all);
  under.addEventListener("connectionstatechange", () => {
    for (const one of all) one();
  });
}

/** Calls back no more. */
export function unwatch(under: PeerConnection, changed: () => void): void {
  watchers.get(under)?.delete(changed);
}
