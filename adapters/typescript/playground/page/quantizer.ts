import { ResonantError } from "../../src/index.js";
import { counted, InputError, numbersFrom, toHex, wholeFrom } from "../bytes.js";
import { grouped } from "../fields.js";
import { quantizing, type Row, smallest } from "../quantizing.js";
import { numberText } from "../words.js";
import { find, make } from "./dom.js";
import { shownOr } from "./faults.js";

const SHOWN_ROWS = 64;
const MOST_NUMBERS = 65_536;
const MOST_TOLERANCE = 16_777_216n;

/** Wire the part of the page that quantizes numbers. */
export function beginQuantizing(section: HTMLElement): void {
  const form = find<HTMLFormElement>("form", section);
  const output = find(".output", section);
  const show = (): void =>
    shownOr(output, () => {
      const data = new FormData(form);
      const numbers = numbersFrom(String(data.get("numbers") ?? ""));
      if (numbers.length > MOST_NUMBERS)
        throw new InputError(`${grouped(numbers.length)} numbers are more than ${grouped(MOST_NUMBERS)}`);
      const bits = data.get("bits") === "4" ? 4 : 8;
      const tolerance = Number(wholeFrom(String(data.get("tolerance") ?? "0"), "the tolerance", MOST_TOLERANCE));
      return quantized(bits, numbers, tolerance);
    });
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

function quantized(bits: 4 | 8, numbers: readonly number[], tolerance: number): HTMLElement {
  const { rows, codes, scale, greatestError, decibels } = quantizing(bits, numbers);
  const lost = Number.isFinite(decibels) ? `${decibels.toFixed(1)} dB below the numbers` : "nothing";
  const told = `${counted(rows.length, "number")} in ${counted(codes.length, "byte")} of codes and ${scale.length} of scales; the greatest error is ${numberText(greatestError)}, the error's energy ${lost}.`;
  const hidden = rows.length - SHOWN_ROWS;
  return make(
    "div",
    {},
    make("p", { class: "verdict-line good", role: "status" }, told),
    make("p", { class: "about" }, choiceText(numbers, tolerance)),
    digitsShown("codes", codes),
    digitsShown("scale", scale),
    table(rows.slice(0, SHOWN_ROWS)),
    hidden > 0 ? make("p", { class: "about" }, `… ${grouped(hidden)} more`) : undefined,
  );
}

/** What adapt would choose of all forms. */
function choiceText(numbers: readonly number[], tolerance: number): string {
  const choice = smallest(numbers, tolerance);
  if (choice instanceof ResonantError) return `adapt refuses: ${choice.message}`;
  return `adapt chooses ${choice.dtype} under a tolerance of ${grouped(tolerance)} in 16,777,216 of the energy.`;
}

const digitsShown = (name: string, bytes: Uint8Array): HTMLElement =>
  make(
    "p",
    {},
    `${name}: `,
    make("code", { class: "digits" }, toHex(bytes.subarray(0, 256)) + (bytes.length > 256 ? "…" : "")),
  );

const COLUMNS: readonly (readonly [name: string, text: (row: Row) => string])[] = [
  ["given", ({ given }) => numberText(given)],
  ["binary16", ({ half }) => numberText(half)],
  ["scale", ({ scale }) => numberText(scale)],
  ["code", ({ code }) => numberText(code)],
  ["back", ({ back }) => numberText(back)],
  ["error", ({ error }) => numberText(error)],
];

function table(rows: readonly Row[]): HTMLElement {
  const head = make("tr", {}, ...COLUMNS.map(([name]) => make("th", { scope: "col" }, name)));
  const body = rows.map((row) =>
    make("tr", {}, ...COLUMNS.map(([, text]) => make("td", { class: "number" }, text(row)))),
  );
  const whole = make("table", { class: "fields" }, make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Numbers" }, whole);
}
