import { counted, toHex } from "../bytes.js";
import type { Explanation } from "../explain.js";
import type { Field, Part } from "../fields.js";
import { clauseLink, clauseText, make } from "./dom.js";

/** How many bytes of a field are shown, and how many colours tell fields apart. */
const SHOWN_BYTES = 64;
const TABLE_BYTES = 8;
const COLOURS = 8;

/** An explanation to look at: the bytes, coloured by field, a table of the fields, and the verdict before them. */
export function annotated({ fields, rejected, verdict, message }: Explanation): HTMLElement {
  const heading = make(
    "p",
    { class: rejected === undefined ? "verdict-line good" : "verdict-line bad", role: "status" },
    ...(rejected === undefined
      ? [verdict]
      : [`rejected: ${rejected.code}, `, clauseLink(rejected.clause), `: ${rejected.detail}`]),
  );
  const clause = rejected && clauseText(rejected.clause);
  const told = message === undefined ? undefined : make("p", { class: "about" }, `Read as a message: ${message}.`);
  const root = make("div", { class: "annotated" }, heading, clause, told);
  const parts = [...new Set(fields.map(({ part }) => part))];
  for (const part of parts) root.append(...partShown(part, fields));
  root.append(
    make("p", { class: "hint", "aria-live": "polite" }, "Point at a byte, or step through the fields with Tab."),
  );
  linkFields(root);
  return root;
}

function partShown(part: Part, all: readonly Field[]): HTMLElement[] {
  const fields = all.map((field, index) => ({ field, index })).filter(({ field }) => field.part === part);
  const total = fields.reduce((sum, { field }) => sum + field.bytes.length, 0);
  const bytes = make("div", { class: "bytes" });
  for (const { field, index } of fields) bytes.append(bytesShown(field, index), " ");
  const rows = fields.map(({ field, index }) => row(field, index));
  const names = ["offset", "bytes", "field", "meaning"].map((name) => make("th", { scope: "col" }, name));
  const table = make(
    "table",
    { class: "fields of-frame" },
    make("thead", {}, make("tr", {}, ...names)),
    make("tbody", {}, ...rows),
  );
  return [
    make("h4", {}, `${part}, ${counted(total, "byte")}`),
    bytes,
    make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `Fields of the ${part}` }, table),
  ];
}

function bytesShown({ bytes, name, meaning, offset, fault }: Field, index: number): HTMLElement {
  const more = bytes.length > SHOWN_BYTES ? ` … ${bytes.length - SHOWN_BYTES} more` : "";
  const label = `${name} at ${offset}: ${meaning}${fault === undefined ? "" : `, ${fault.code}, ${fault.clause}`}`;
  const classes = `field c${index % COLOURS}${fault === undefined ? "" : " wrong"}`;
  const attributes = { class: classes, "data-field": String(index), tabindex: "0", role: "img", "aria-label": label };
  return make("span", attributes, toHex(bytes.subarray(0, SHOWN_BYTES), " ") + more);
}

function row({ bytes, name, meaning, offset, fault }: Field, index: number): HTMLElement {
  const shown = toHex(bytes.subarray(0, TABLE_BYTES)) + (bytes.length > TABLE_BYTES ? `… ${bytes.length}` : "");
  const cells = [
    make("td", { class: "number" }, String(offset)),
    make("td", {}, make("code", {}, shown)),
    make("th", { scope: "row" }, name),
    make("td", {}, meaning, fault && make("span", { class: "fault-tag" }, ` ${fault.code} `, clauseLink(fault.clause))),
  ];
  const classes = `c${index % COLOURS}${fault === undefined ? "" : " wrong"}`;
  return make("tr", { class: classes, "data-field": String(index) }, ...cells);
}

/** Point at a field among the bytes or in the table, and it is marked in both; a line says what it is. */
function linkFields(root: HTMLElement): void {
  const hint = root.querySelector(".hint");
  const point = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest("[data-field]") : null;
    if (target === null) return;
    const index = target.getAttribute("data-field");
    for (const one of root.querySelectorAll("[data-field]")) {
      one.classList.toggle("pointed", one.getAttribute("data-field") === index);
    }
    const label = root.querySelector(`.field[data-field="${index}"]`)?.getAttribute("aria-label");
    if (hint !== null && label != null) hint.textContent = label;
  };
  root.addEventListener("pointerover", point);
  root.addEventListener("focusin", point);
}
