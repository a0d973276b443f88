import { type Adapted, adapt, MAX_TOLERANCE } from "../adapt.js";
import { ResonantError } from "../errors.js";
import { Dtype, MessageType, type Slice } from "../frame.js";
import type { Source } from "../quant.js";
import { agreedFrame, type Fault, mustFit, send, syncContent } from "./emit.js";
import type { DtypeName } from "./names.js";
import { inSession, maySend, requestMessage } from "./requests.js";
import type { State } from "./state.js";

/** A tensor in the numbers that a program has, whose form the peer chooses. */
export interface AdaptiveTensor {
  /** The type of the elements, little-endian. */
  readonly source: Source;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/** What goes into a data frame whose tensors travel in the form that is smallest and exact enough (specs/adaptive.md). */
export interface AdaptiveOutgo {
  /** Of `MessageType`, but not Sync. */
  readonly type: number;
  readonly modality: number;
  /** In the order of their slots. */
  readonly tensors: readonly AdaptiveTensor[];
  /** What comes behind the tensors of a Critique: its mask, its explanation. */
  readonly slices?: readonly Slice[] | undefined;
}

/** What a divergence may be (MSG-3). */
const OF_CRITIQUE: readonly DtypeName[] = ["f16", "i8"];

/** Asks for a data frame whose tensors' forms are chosen (ADA-11, ADA-13). */
export function requestAdaptive(state: State, streamId: number, outgo: AdaptiveOutgo): void {
  const { type, modality, tensors, slices = [] } = outgo;
  requestMessage(state, streamId, {
    type,
    modality,
    fault: state.tolerances === undefined ? WITHOUT : undefined,
    makeSlices: () => [
      ...tensors.flatMap((tensor, place) => chosen(state, streamId, { type, tensor, place })),
      ...slices,
    ],
  });
}

const WITHOUT: Fault = { code: "UNSUPPORTED_FEATURE", text: "the peer has no tolerance of its own: config.adaptive" };

interface Placed {
  readonly type: number;
  readonly tensor: AdaptiveTensor;
  readonly place: number;
}

function chosen(state: State, streamId: number, { type, tensor, place }: Placed): Slice[] {
  const { source, dims, data } = tensor;
  const agreed = inSession(state).agreement.dtype;
  const allow = type === MessageType.Critique ? agreed.filter((name) => OF_CRITIQUE.includes(name)) : agreed;
  const tolerance = state.tolerances?.of(streamId, type, place, state.now) ?? 0;
  return slicesOf(adapt(data, { source, dims, allow, tolerance }), dims);
}

/** The slices of a tensor: its own, and behind it the one that belongs to it (MSG-8, SPR-2). */
function slicesOf(form: Adapted, dims: readonly number[]): Slice[] {
  switch (form.dtype) {
    case "f16":
      return [{ dtype: Dtype.F16, dims, payload: form.data }];
    case "sparse":
      return [
        { dtype: Dtype.SparseCoo, dims, payload: form.values },
        { dtype: Dtype.I8, dims: [form.values.length / 2, dims.length, 4], payload: form.index },
      ];
    default:
      return [
        { dtype: form.dtype === "i8" ? Dtype.I8 : Dtype.Q4, dims, payload: form.codes },
        { dtype: Dtype.F16, dims: [form.scale.length / 2], payload: form.scale },
      ];
  }
}

/** Asks to tell the other peer how much error its tensors on a stream_id may have (ADA-14). */
export function requestQuality(state: State, streamId: number, tolerance: number): void {
  inSession(state);
  maySend(state, streamId);
  if (state.outgoing.stream(streamId) !== undefined) {
    throw new ResonantError("STREAM_STATE", "the stream on the stream_id is this peer's own", "ADA-14");
  }
  if (!Number.isInteger(tolerance) || tolerance < 0 || tolerance > MAX_TOLERANCE) {
    throw new ResonantError("FIELD_RANGE", `a tolerance of ${tolerance}, not 0 to ${MAX_TOLERANCE}`, "ADA-14");
  }
  const bytes = agreedFrame(state, streamId, syncContent({ method: "quality", tolerance }), false);
  mustFit(state, bytes);
  send(state, streamId, bytes);
  state.outgoing.single(streamId);
}
