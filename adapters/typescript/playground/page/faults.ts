import { ResonantError } from "../../src/index.js";
import { InputError } from "../bytes.js";
import { clauseLink, make } from "./dom.js";

/** Show what a call gives, or why there is nothing to show. What gives nothing has shown it by itself. */
export function shownOr(output: HTMLElement, call: () => HTMLElement | undefined): void {
  try {
    const shown = call();
    if (shown !== undefined) output.replaceChildren(shown);
  } catch (error) {
    output.replaceChildren(faultShown(error));
  }
}

/** A fault of an input in words. Throws what is none. */
export function faultShown(error: unknown): HTMLElement {
  if (error instanceof ResonantError) {
    const { message, clause } = error;
    return make("p", { class: "verdict-line bad", role: "alert" }, `refused: ${message} — clause `, clauseLink(clause));
  }
  if (error instanceof InputError) {
    return make("p", { class: "verdict-line bad", role: "alert" }, `${error.message}.`);
  }
  throw error;
}
