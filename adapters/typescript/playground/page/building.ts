import { frameBytes, type SliceForm } from "../build.js";
import { counted, keyFrom, toHex } from "../bytes.js";
import { explain } from "../explain.js";
import { annotated } from "./annotated.js";
import { find, make } from "./dom.js";
import { shownOr } from "./faults.js";

/** Wire the form that makes frames: each change writes the frame anew. */
export function beginBuilding(section: HTMLElement): void {
  const form = find<HTMLFormElement>("form", section);
  const output = find(".output", section);
  const slices = find(".slices", section);
  const pattern = find(".slice", slices).cloneNode(true) as HTMLElement;
  const write = (): void =>
    shownOr(output, () => {
      const bytes = frameBytes({
        ...textsOf(form),
        slices: [...slices.querySelectorAll<HTMLElement>(".slice")].map(sliceForm),
      });
      const digits = make("code", { class: "digits" }, toHex(bytes));
      const explained = annotated(explain(bytes, keyFrom(textsOf(form).key)));
      return make("div", {}, make("p", { class: "about" }, `${counted(bytes.length, "byte")}:`), digits, explained);
    });
  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  find("[data-do=add]", section).addEventListener("click", () => {
    slices.append(pattern.cloneNode(true));
    write();
  });
  slices.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do=remove]") : null;
    if (button === null) return;
    button.closest(".slice")?.remove();
    write();
  });
  write();
}

function textsOf(form: HTMLFormElement) {
  const data = new FormData(form);
  const text = (name: string): string => String(data.get(name) ?? "");
  return {
    type: text("type"),
    flags: data.getAll("flags").map(String),
    streamId: text("stream_id"),
    frameSeq: text("frame_seq"),
    spaceHash32: text("space_hash32"),
    modality: text("modality"),
    key: text("key"),
    nonce: text("nonce"),
  };
}

function sliceForm(slice: HTMLElement): SliceForm {
  const value = (name: string): string =>
    find<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(`[name=${name}]`, slice).value;
  return { dtype: value("dtype"), dims: value("dims"), content: value("content") };
}
