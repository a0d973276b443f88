/** The drawing of a frame: bytes coloured by field; pointer and arrow keys tell what each means. */
import { type Child, el, grouped, root } from "./dom.js";

/** offset, size, hex of the bytes that are shown, name, meaning, and 1 if it is wrong. */
export type Field = readonly [number, number, string, string, string, number?];
export interface Frame {
  readonly size: number;
  readonly parts: readonly (readonly [string, readonly Field[]])[];
  readonly ok: boolean;
  readonly said: readonly string[];
}

/** Colours by name, so that a field looks the same in every frame; others take turns. */
const COLOURS: readonly (readonly [RegExp, number])[] = [
  [/^(version|magic)$/, 0],
  [/^type$/, 1],
  [/^flags$/, 3],
  [/^(stream_id|nonce)/, 2],
  [/^(frame_seq|base)$/, 4],
  [/^(num_slices|k)$/, 6],
  [/^(slice_len|r$|index$|step$)/, 7],
  [/^space_hash32$/, 9],
  [/^modality$/, 5],
  [/dtype$/, 8],
  [/rank$/, 3],
  [/dims$/, 7],
  [/(payload|ciphertext|parity|content|block)/, 1],
  [/(crc32|tag)$/, 0],
];
const TURN = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const narrow = matchMedia("(max-width: 40rem)");

export function drawFrame(frame: Frame): HTMLElement {
  const drawn = el("div", "frame-widget drawn");
  for (const [name, fields] of frame.parts) drawn.append(stage(name, fields, frame.parts.length > 1));
  if (frame.said.length > 0) drawn.append(verdict(frame));
  const digits = (frame.parts[0]?.[1] ?? []).map(([, , hex]) => hex).join("");
  if (digits.length === 2 * frame.size && frame.size > 0) drawn.append(onward(digits));
  return drawn;
}

/** The way to the playground, with the bytes. */
function onward(digits: string): HTMLElement {
  const link = el("a", "", "Open in the playground");
  link.href = `${root()}playground/index.html#hex=${digits}`;
  return el("p", "onward", link);
}

function stage(name: string, fields: readonly Field[], titled: boolean): HTMLElement {
  const across = narrow.matches ? 8 : 16;
  const bytes = el("div", `bytes across-${across}`);
  bytes.setAttribute("role", "group");
  bytes.setAttribute("aria-label", `Bytes of the ${name}; arrow keys walk from field to field`);
  const legend = el("ol", "legend");
  legend.setAttribute("aria-label", `Fields of the ${name}`);
  new ResizeObserver(() => reachable(legend)).observe(legend);
  const marks: HTMLElement[][] = [];
  let column = 0;
  fields.forEach((field, place) => {
    const [offset, size, hex, title, meaning, wrong] = field;
    const colour = colourOf(title, place);
    const cells: HTMLElement[] = [];
    const pairs = hex.match(/../g) ?? [];
    pairs.forEach((pair, at) => {
      if (column === 0) bytes.append(el("span", "off", String(offset + at)));
      const ends = `${at === 0 ? " begin" : ""}${at === pairs.length - 1 && pairs.length === size ? " end" : ""}`;
      const cell = el("b", `c${colour}${ends}${wrong ? " wrong" : ""}`, pair);
      bytes.append(cell);
      cells.push(cell);
      column = (column + 1) % across;
    });
    if (pairs.length < size) {
      bytes.append(el("span", "cut", `… ${grouped(size - pairs.length)} more bytes of ${title}`));
      column = 0;
    }
    const row = el(
      "li",
      `c${colour}${wrong ? " wrong" : ""}`,
      el("i"),
      el("span", "off", String(offset)),
      el("span", "field", title || "…"),
      el("span", "means", meaning),
    );
    legend.append(row);
    const first = cells[0];
    if (first) {
      first.tabIndex = place === 0 ? 0 : -1;
      first.setAttribute("role", "img");
      first.setAttribute("aria-label", `${title}: ${hex.slice(0, 32)}${wrong ? ", wrong" : ""}, ${meaning}`);
    }
    marks.push([...cells, row]);
  });
  listen(bytes, legend, marks);
  const children: Child[] = titled ? [el("h5", "", name)] : [];
  return el("div", "stage", ...children, bytes, legend);
}

/** Whatever scrolls can be reached by keyboard. */
function reachable(list: HTMLElement): void {
  if (list.scrollHeight > list.clientHeight) list.tabIndex = 0;
  else list.removeAttribute("tabindex");
}

function listen(bytes: HTMLElement, legend: HTMLElement, marks: readonly HTMLElement[][]): void {
  const placeOf = new Map<Element, number>();
  marks.forEach((those, place) => {
    for (const one of those) placeOf.set(one, place);
  });
  let shown = -1;
  const show = (place: number): void => {
    if (place === shown) return;
    for (const one of marks[shown] ?? []) one.classList.remove("on");
    for (const one of marks[place] ?? []) one.classList.add("on");
    shown = place;
  };
  const over = (event: Event): void => {
    const target = event.target as Element;
    show(placeOf.get(target.closest("b, li") ?? target) ?? -1);
  };
  for (const one of [bytes, legend]) {
    one.addEventListener("pointerover", over);
    one.addEventListener("pointerleave", () => show(-1));
  }
  bytes.addEventListener("focusin", over);
  bytes.addEventListener("focusout", () => show(-1));
  bytes.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = marks.findIndex((_, place) => (place - shown) * step > 0 && (step > 0 || place === before(shown)));
    const target = marks[next]?.[0];
    if (target?.tagName !== "B") return;
    for (const those of marks) if (those[0]?.tagName === "B") those[0].tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
    marks[next]?.at(-1)?.scrollIntoView({ block: "nearest" });
  });
  const before = (place: number): number => {
    for (let at = place - 1; at >= 0; at--) if (marks[at]?.[0]?.tagName === "B") return at;
    return place;
  };
}

function verdict(frame: Frame): HTMLElement {
  const said = el("div", frame.ok ? "said" : "said wrong");
  for (const line of frame.said) {
    const [, key, rest] = /^(detail|bytes|clause|next): +(.*)$/.exec(line) ?? [];
    said.append(key ? el("p", "", el("span", "k", `${key} `), ...prose(key, rest ?? "")) : el("p", "", line));
  }
  return said;
}

/** Text with code between backticks; a clause leads to where it stands. */
function prose(key: string, text: string): Child[] {
  const [, id, page, rest] = /^([A-Z]{3}-\d+), specs\/(\w[\w-]*)\.md line \d+: (.*)$/.exec(text) ?? [];
  const pieces = (rest ?? text).split("`").map((piece, at) => (at % 2 === 1 ? el("code", "", piece) : piece));
  const spec = document.documentElement.dataset.spec;
  if (key !== "clause" || !id || !spec) return pieces;
  const link = el("a", "", id);
  link.href = `${root()}spec/${spec}/${page}.html#${id}`;
  return [link, " ", ...pieces];
}

function colourOf(name: string, place: number): number {
  const known = COLOURS.find(([form]) => form.test(name));
  return known ? known[1] : (TURN[place % TURN.length] ?? 1);
}

/** Draws the frames that stand on the page as text. */
export function drawStanding(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-frame]")) {
    place.replaceWith(drawFrame(JSON.parse(place.dataset.frame ?? "{}")));
  }
}
