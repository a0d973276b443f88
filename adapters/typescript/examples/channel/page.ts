/** The end of a session in a page, which whoever opened the page asks for. */
import type { Description } from "../../src/webrtc/index.js";
import { Session, type Wishes } from "./session.js";

declare global {
  var session: {
    begin(wishes: Wishes): Promise<void>;
    offer(): Promise<Description>;
    answer(description: Description): Promise<Description>;
    accept(description: Description): Promise<void>;
    run(): Promise<string>;
  };
}

let own: Session;

globalThis.session = {
  async begin(wishes) {
    own = await Session.begin(new RTCPeerConnection(), wishes);
  },
  offer: () => own.offer(),
  answer: (description) => own.answer(description),
  accept: (description) => own.accept(description),
  run: () => own.run(),
};
