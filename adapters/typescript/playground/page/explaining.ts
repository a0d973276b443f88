import { counted, keyFrom, toHex } from "../bytes.js";
import { type CapturedFrame, framesIn } from "../capture/frames.js";
import { isCapture } from "../capture/packets.js";
import { explain } from "../explain.js";
import { fromFile } from "../files.js";
import { fromText } from "../pasted.js";
import { annotated } from "./annotated.js";
import { find, make } from "./dom.js";
import { faultShown, shownOr } from "./faults.js";

/** How many frames of a capture are listed at first, and by each click more. */
const LISTED_FRAMES = 200;
const MOST_SHOWN_DIGITS = 140_000;

/** Wire the part of the page that explains: digits typed or pasted, a file or capture chosen or dropped. */
export function beginExplaining(section: HTMLElement): void {
  const digits = find<HTMLTextAreaElement>("[name=digits]", section);
  const key = find<HTMLInputElement>("[name=key]", section);
  const file = find<HTMLInputElement>("[name=file]", section);
  const output = find(".output", section);
  const list = find(".captured", section);
  const show = (): void => {
    shownOr(output, () => {
      const bytes = fromText(digits.value);
      return bytes.length === 0 ? make("div") : annotated(explain(bytes, keyFrom(key.value)));
    });
  };
  const take = (bytes: Uint8Array): void => {
    list.replaceChildren();
    if (isCapture(bytes)) {
      output.replaceChildren();
      shownOr(list, () => captureList(framesIn(bytes), showBytes));
    } else showBytes(bytes);
  };
  const showBytes = (bytes: Uint8Array): void => {
    digits.value = 2 * bytes.length <= MOST_SHOWN_DIGITS ? toHex(bytes) : "";
    shownOr(output, () => annotated(explain(bytes, keyFrom(key.value))));
  };
  const takeFile = (chosen: File | undefined): void => {
    if (chosen === undefined) return;
    void fromFile(chosen).then(take, (error: unknown) => {
      list.replaceChildren();
      output.replaceChildren(faultShown(error));
    });
  };
  digits.addEventListener("input", show);
  key.addEventListener("input", show);
  file.addEventListener("change", () => takeFile(file.files?.[0]));
  section.addEventListener("dragover", (event) => event.preventDefault());
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    takeFile(event.dataTransfer?.files[0]);
  });
  for (const example of section.querySelectorAll<HTMLElement>("[data-digits]")) {
    example.addEventListener("click", () => {
      digits.value = example.dataset.digits ?? "";
      list.replaceChildren();
      show();
    });
  }
  const linked = new URLSearchParams(location.hash.slice(1)).get("hex");
  if (linked !== null) digits.value = linked;
  show();
}

/** The frames of a capture, to choose from. */
function captureList(frames: readonly CapturedFrame[], choose: (bytes: Uint8Array) => void): HTMLElement {
  if (frames.length === 0) return make("p", { class: "about" }, "There is no frame in this capture.");
  const items = frames.slice(0, LISTED_FRAMES).map((frame) => {
    const { seconds, from, to, bytes, end } = frame;
    const told = end ?? explain(bytes).verdict;
    const text = `${seconds.toFixed(6)} s  ${from} → ${to}  ${told}`;
    const button = make("button", { type: "button", class: /^valid/.test(told) ? "" : "bad" }, text);
    button.addEventListener("click", () => {
      choose(bytes);
    });
    return make("li", {}, button);
  });
  const hidden = frames.length - items.length;
  const more = hidden > 0 ? `, of which the first ${LISTED_FRAMES} are listed` : "";
  return make(
    "div",
    {},
    make("p", {}, `${counted(frames.length, "frame")}${more}:`),
    make("ol", { class: "frames" }, ...items),
  );
}
