/** Finds cases by profile, op, clause, outcome and words. The address keeps what was asked, so that it can be passed on. */
import { byId, el, grouped, root } from "./dom.js";

/** name, about, place of its code, places of its clauses. */
type Case = readonly [string, string, number, ...number[]];
/** id, op, about, cases. */
type Group = readonly [string, string, string, readonly Case[]];
declare global {
  interface Window {
    vectorIndex: {
      readonly codes: readonly string[];
      readonly clauses: readonly string[];
      readonly groups: readonly Group[];
    };
  }
}

const PAGE = 150;
/** The op of conversations, which hold or do not. */
const DIALOGUE = "dialogue";
const NAMES = ["q", "profile", "op", "clause", "code", "group"] as const;
type Asked = Record<(typeof NAMES)[number], string>;

const index = window.vectorIndex;
const form = byId<HTMLFormElement>("filters");
const found = byId<HTMLOListElement>("found");
const state = byId("state");
const more = byId<HTMLButtonElement>("more");
let asked = read();
let hits: [Group, Case][] = [];
let shown = 0;

function read(): Asked {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""])) as Asked;
}

function search(): void {
  const words = asked.q.toLowerCase().split(/\s+/).filter(Boolean);
  const clause = index.clauses.indexOf(asked.clause.trim().toUpperCase());
  const code = index.codes.indexOf(asked.code);
  hits = [];
  for (const group of index.groups) {
    if (asked.group && group[0] !== asked.group) continue;
    if (asked.profile && !group[0].startsWith(`${asked.profile}/`)) continue;
    if (asked.op && group[1] !== asked.op) continue;
    const head = `${group[0]} ${group[2]}`.toLowerCase();
    for (const one of group[3]) {
      if (asked.code && one[2] !== code) continue;
      if (asked.clause && !one.includes(clause, 3)) continue;
      if (words.length > 0) {
        const text = `${head}/${one[0]} ${one[1]} ${index.codes[one[2]]}`.toLowerCase();
        if (!words.every((word) => text.includes(word))) continue;
      }
      hits.push([group, one]);
    }
  }
}

function show(): void {
  const any = NAMES.some((name) => asked[name]);
  byId("tree").hidden = any;
  found.hidden = !any;
  found.replaceChildren();
  shown = 0;
  state.textContent = any ? counted() : "";
  if (any) append();
  else more.hidden = true;
}

function counted(): string {
  const where = asked.group ? ` in ${asked.group}` : "";
  if (hits.length === 0) return `No case${where} fits all of this. Take something away, or clear it.`;
  return `${grouped(hits.length)} case${hits.length === 1 ? "" : "s"}${where}`;
}

function append(): void {
  for (const [group, one] of hits.slice(shown, shown + PAGE)) {
    const link = el("a", "", `${group[0]}/${one[0]}`);
    link.href = `${root()}vectors/${group[0]}.html#${encodeURIComponent(one[0])}`;
    const code = index.codes[one[2]] ?? "";
    const good = group[1] === DIALOGUE ? "holds" : "accepted";
    const outcome = el("span", `outcome ${code === "ok" ? "ok" : "reject"}`, code === "ok" ? good : code);
    found.append(el("li", "", link, outcome, el("span", "says", one[1])));
  }
  shown = Math.min(hits.length, shown + PAGE);
  more.hidden = shown >= hits.length;
  more.textContent = `Show more (${grouped(hits.length - shown)})`;
}

function renew(): void {
  search();
  show();
}

function fill(): void {
  for (const name of NAMES) {
    const field = form.elements.namedItem(name) ?? document.getElementById(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = asked[name];
  }
}

form.hidden = false;
fill();
form.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  asked = { ...asked, group: "", [field.id]: field.value };
  const kept = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  history.replaceState(null, "", `#${kept}`);
  renew();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => {
  history.replaceState(null, "", "#");
  asked = read();
  setTimeout(renew);
});
more.addEventListener("click", append);
addEventListener("hashchange", () => {
  asked = read();
  fill();
  renew();
});
renew();
