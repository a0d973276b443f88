/** Search over all clauses, sections, groups and guides; its data is loaded when somebody first asks. */
import MiniSearch, { type SearchOptions } from "minisearch";
import { byId, el, load, root } from "./dom.js";

interface Passage {
  readonly u: string;
  readonly t: string;
  readonly k: string;
  readonly x: string;
}
declare global {
  interface Window {
    siteSearch?: readonly Passage[];
  }
}

const MOST = 30;
let ready: Promise<MiniSearch> | undefined;

const words = (text: string): string[] => text.split(/[\s.,;:()"'`[\]{}|/]+/);
const parts = (text: string): string[] => words(text).flatMap((word) => word.split(/[-_]/));

/** Words as they are written, the parts of names such as stream_id and FRM-5, and FRM5; numbers with and without commas. */
const tokens = (text: string): string[] => [
  ...words(text).flatMap((word) => (/[-_]/.test(word) ? [word, ...word.split(/[-_]/)] : [word])),
  ...Array.from(text.matchAll(/\b([A-Z]{3})-(\d+)\b/g), ([id]) => id.replace("-", "")),
  ...Array.from(text.matchAll(/\b\d{1,3}(?:,\d{3})+\b/g), ([number]) => number.replaceAll(",", "")),
];

async function prepared(): Promise<MiniSearch> {
  await load("assets/search.js");
  const made = new MiniSearch({ fields: ["t", "x"], idField: "id", tokenize: tokens, storeFields: [] });
  made.addAll((window.siteSearch ?? []).map((one, id) => ({ id, ...one })));
  return made;
}

async function find(text: string): Promise<void> {
  const results = byId("search-results");
  const state = byId("search-state");
  ready ??= prepared();
  const index = await ready;
  if (text !== byId<HTMLInputElement>("search-input").value) return;
  const options: SearchOptions = {
    prefix: (term) => term.length > 2,
    fuzzy: false,
    combineWith: "AND",
    boost: { t: 4 },
  };
  const exact = index.search(text, options);
  const known = new Set(exact.map(({ id }) => id));
  const loose = index.search(text, { ...options, tokenize: parts }); // stream-limit is STREAM_LIMIT as well
  const found = [...exact, ...loose.filter(({ id }) => !known.has(id))];
  results.replaceChildren(
    ...found.slice(0, MOST).flatMap(({ id, terms }) => {
      const one = window.siteSearch?.[id as number];
      return one ? [item(one, terms)] : [];
    }),
  );
  state.textContent = text.trim()
    ? `${found.length} found`
    : "Words of a clause, its id, a code, the name of a group of vectors.";
  if (text.trim()) results.append(cases(text));
}

function item(one: Passage, terms: readonly string[]): HTMLElement {
  const link = el("a", "", el("b", "", one.t), el("i", "", one.k), excerpt(one.x, terms));
  link.href = root() + one.u;
  link.addEventListener("click", close);
  return el("li", "", link);
}

/** The way on to the cases, which this does not search. */
function cases(text: string): HTMLElement {
  const link = el("a", "", el("b", "", `Cases with “${text}”`), el("i", "", "vectors"));
  link.href = `${root()}vectors/index.html#q=${encodeURIComponent(text)}`;
  link.addEventListener("click", close);
  return el("li", "", link);
}

function excerpt(text: string, terms: readonly string[]): HTMLElement {
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((at) => at >= 0);
  const start = Math.max(0, Math.min(...places, text.length) - 50);
  const from = places.length > 0 ? start : 0;
  const shown = (from > 0 ? "…" : "") + text.slice(from, from + 190) + (from + 190 < text.length ? "…" : "");
  const made = el("span");
  const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces = escaped.length > 0 ? shown.split(new RegExp(`(${escaped.join("|")})`, "gi")) : [shown];
  pieces.forEach((piece, at) => {
    made.append(at % 2 === 1 ? el("mark", "", piece) : piece);
  });
  return made;
}

const dialog = (): HTMLDialogElement => byId<HTMLDialogElement>("search");
const close = (): void => dialog().close();

function open(): void {
  dialog().showModal();
  byId<HTMLInputElement>("search-input").select();
  ready ??= prepared();
}

export function listenForSearch(): void {
  const input = byId<HTMLInputElement>("search-input");
  byId("search-open").addEventListener("click", open);
  input.addEventListener("input", () => void find(input.value));
  dialog().addEventListener("click", (event) => event.target === dialog() && close());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
  });
  dialog().addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...dialog().querySelectorAll<HTMLAnchorElement>("#search-results a")];
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      links[0]?.click();
    } else if (step !== undefined) {
      event.preventDefault();
      const at = links.indexOf(document.activeElement as HTMLAnchorElement) + step;
      (links[at] ?? input).focus();
    }
  });
}
