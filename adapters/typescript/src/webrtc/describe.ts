import { turn } from "../transport/connection.js";
import type { Describable, Description } from "./standard.js";

/** An offer of a peer connection, all candidates in it; `connect` has opened a channel before. */
export async function offer(under: Describable, signal?: AbortSignal): Promise<Description> {
  await under.setLocalDescription(await under.createOffer());
  return whole(under, signal);
}

/** The answer of a peer connection to an offer. */
export async function answer(under: Describable, offer: Description, signal?: AbortSignal): Promise<Description> {
  await under.setRemoteDescription(offer);
  await under.setLocalDescription(await under.createAnswer());
  return whole(under, signal);
}

/** The description of this end once it has all candidates. */
async function whole(under: Describable, signal: AbortSignal | undefined): Promise<Description> {
  while (under.iceGatheringState !== "complete") await gathered(under, signal);
  const { type, sdp } = under.localDescription as Description;
  return { type, sdp };
}

function gathered(under: Describable, signal: AbortSignal | undefined): Promise<void> {
  return turn(
    signal,
    (done) => under.addEventListener("icegatheringstatechange", done),
    (done) => under.removeEventListener("icegatheringstatechange", done),
  );
}
