import { type Code, ResonantError } from "../errors.js";
import { Dtype, Flag, type Frame, MessageType, type Slice } from "../frame.js";
import { readMessage } from "../message.js";
import type { Arrival } from "./arrival.js";
import type { Fault } from "./emit.js";
import { dtypeName, modalityName } from "./names.js";
import { malformed, type Objection } from "./objection.js";
import type { Session, State } from "./state.js";

/** The seventh step of handshake.md, section 4: may it come, and can it be read. */
export function admit(state: State, arrival: Arrival): Objection | undefined {
  const { content } = arrival;
  switch (content.kind) {
    case "data":
      return rejected(dataFault(state, arrival));
    case "heart":
      return state.session === undefined ? { drop: "IGNORED" } : rejected(streamFault(state, arrival, false));
    case "head":
      return rejected(streamFault(state, arrival, content.head === undefined));
    case "tail":
      return rejected(streamFault(state, arrival, content.tail === undefined));
    case "credit":
    case "blocked":
      return rejected(streamFault(state, arrival, content.limit === undefined)); // MUX-6
    case "quality":
      return rejected(streamFault(state, arrival, content.tolerance === undefined)); // ADA-15
    case "done":
      return rejected(streamFault(state, arrival, false));
    case "reset":
      return rejected(streamFault(state, arrival, content.code === undefined));
    case "other":
      return rejected(encryptionFault(state, arrival)); // HSK-60
    case "unreadable":
      if (state.role === "client") return { drop: "BAD_MESSAGE" }; // HSK-40
      return { reject: malformed("the message, or its method, cannot be read", content.code) }; // HSK-19
    case "capability":
      return state.role === "client" && content.capability === undefined ? { drop: "BAD_MESSAGE" } : undefined; // HSK-23
    case "error":
      return content.error === undefined ? { drop: "BAD_MESSAGE" } : undefined; // HSK-63
    case "ping":
      return undefined;
  }
}

const rejected = (fault: Fault | undefined): Objection | undefined => fault && { reject: fault };

/** What is wrong with a data frame (HSK-36). */
function dataFault(state: State, arrival: Arrival): Fault | undefined {
  const { session, config } = state;
  const { frame } = arrival;
  if (session === undefined) return noSession();
  if (config.spaceHash32 !== 0 && config.spaceHash32 !== frame.spaceHash32) {
    const adds = { expected_hash: config.spaceHash32, got_hash: frame.spaceHash32 };
    return { code: "SPACE_MISMATCH", text: "the frame is from another embedding space", adds };
  }
  return (
    encryptionFault(state, arrival) ??
    transformFault(session, frame) ??
    critiqueFault(session, frame.type) ??
    modalityFault(session, frame.modality) ??
    messageFault(frame) ??
    dtypeFault(session, frame)
  );
}

/** What is wrong with a HEAD, TAIL or HEART (HSK-37), a message about a managed stream (MUX-6), or a quality (ADA-15). */
function streamFault(state: State, arrival: Arrival, isMalformed: boolean): Fault | undefined {
  if (state.session === undefined) return noSession();
  return (
    encryptionFault(state, arrival) ??
    transformFault(state.session, arrival.frame) ??
    (isMalformed ? malformed("the object lacks a member, or has a wrong one") : undefined)
  );
}

const noSession = (): Fault => ({ code: "HANDSHAKE_REQUIRED", text: "there is no session" });

function encryptionFault(state: State, { sealed }: Arrival): Fault | undefined {
  if (!state.config.requireCrypto || sealed) return undefined;
  return { code: "ENCRYPTION_REQUIRED", text: "frames have to be sealed" };
}

function transformFault({ compress, crypto }: Session, { flags }: Frame): Fault | undefined {
  if ((flags & Flag.ZSTD) !== 0 && !compress.has("zstd")) return unsupported("zstd");
  if ((flags & Flag.XCHACHA) !== 0 && !crypto.has("xchacha20poly1305")) return unsupported("xchacha20poly1305");
  return undefined;
}

const unsupported = (feature: string): Fault => ({
  code: "UNSUPPORTED_FEATURE",
  text: `${feature} is not agreed`,
  adds: { feature },
});

/** What is wrong with a Critique that is not agreed. */
export function critiqueFault({ agreement }: Session, type: number): Fault | undefined {
  return type === MessageType.Critique && !agreement.critique ? unsupported("critique") : undefined;
}

/** What is wrong with a modality that is not agreed. */
export function modalityFault({ agreement }: Session, number: number): Fault | undefined {
  const modality = modalityName(number);
  if (modality !== undefined && agreement.modality.includes(modality)) return undefined;
  return { code: "UNSUPPORTED_MODALITY", text: `${modality ?? number} is not agreed`, adds: { modality } };
}

function messageFault(frame: Frame): Fault | undefined {
  const code = messageCode(frame);
  return code && malformed("the slices make no message", code);
}

/** The message layer's code for a frame that is none of its messages. */
export function messageCode(frame: Pick<Frame, "type" | "slices">): Code | undefined {
  try {
    readMessage(frame);
    return undefined;
  } catch (error) {
    if (error instanceof ResonantError) return error.code;
    throw error;
  }
}

/** What is wrong with a message, which can be read, because of the dtypes of its tensors. */
export function dtypeFault(
  { agreement }: Session,
  frame: { type: number; slices: readonly Slice[] },
): Fault | undefined {
  for (const number of tensorDtypes(frame)) {
    const dtype = dtypeName(number);
    if (dtype !== undefined && agreement.dtype.includes(dtype)) continue;
    return { code: "UNSUPPORTED_DTYPE", text: `${dtype ?? number} is not agreed`, adds: { dtype } };
  }
  return undefined;
}

/** The dtypes of the first slices of a message's tensors, in the order of the slots (HSK-56). */
function tensorDtypes({ type, slices }: { type: number; slices: readonly Slice[] }): number[] {
  const dtypes: number[] = [];
  for (let at = 0; at < slices.length; at += 1) {
    const dtype = (slices[at] as Slice).dtype;
    dtypes.push(dtype);
    if (type === MessageType.Critique) break; // mask and explanation are no tensors
    const isScaled = dtype !== Dtype.F16 && slices[at + 1]?.dtype === Dtype.F16; // MSG-7
    if (dtype === Dtype.SparseCoo || isScaled) at += 1;
  }
  return dtypes;
}
