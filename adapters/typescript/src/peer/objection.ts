import type { Code } from "../errors.js";
import type { Fault } from "./emit.js";

/** What becomes of a frame that a check objects to. */
export type Objection =
  | { readonly drop: Code }
  /** `fails`: so does its stream (MUX-14). */
  | { readonly reject: Fault; readonly fails?: boolean }
  /** It is a ping that was answered (HSK-18). */
  | { readonly repeat: true };

/** The error for a Sync object that is not as it should be. */
export function malformed(text: string, detail: Code = "BAD_JSON"): Fault {
  return { code: "BAD_MESSAGE", text, adds: { detail } };
}
