/** The page of a group of vectors: draws a case when it is opened. */

import type { Taken } from "./copying/taken.js";
import { copyRow } from "./copying.js";
import { byId, el } from "./dom.js";
import { drawFrame, type Frame } from "./frame.js";
import { drawTalk, type Row, type Told } from "./talk.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
interface Case {
  readonly r: Readonly<Record<string, string>>;
  readonly f?: readonly (readonly [string, number])[];
  readonly t?: readonly Told[];
}
interface Group {
  readonly id: string;
  readonly runs: readonly string[];
  readonly file: { readonly op: string; readonly cases: readonly { readonly [name: string]: Json }[] };
  readonly frames: readonly Frame[];
  readonly rows: readonly Row[];
  readonly cases: readonly Case[];
}
declare global {
  interface Window {
    vectorGroup: Group;
  }
}

const group = window.vectorGroup;
const TRANSPORTS: Readonly<Record<string, string>> = { udp: "UDP", tcp: "TCP", quic: "QUIC", webrtc: "WebRTC" };
const NOT_RUN = "-";
const WORDS: Readonly<Record<string, string>> = {
  p: "passes",
  k: "known failure",
  f: "fails",
  u: "unsupported",
  e: "error",
  c: "crashes",
  t: "no answer in time",
  h: "not judged: the suite failed",
  [NOT_RUN]: "not run",
};
const MOST_CHARS = 1200;

function draw(at: number, into: HTMLElement): void {
  const told = group.cases[at];
  const written = group.file.cases[at];
  if (!told || !written || into.dataset.done) return;
  into.dataset.done = "yes";
  into.replaceChildren();
  for (const [title, place] of told.f ?? []) {
    const frame = group.frames[place];
    if (frame) into.append(el("h4", "", title), drawFrame(frame));
  }
  if (told.t) into.append(el("h4", "", "Conversation"), drawTalk(told.t, group.rows, group.frames));
  const members = group.file.op === "dialogue" ? { input: setting(written.input) } : parts(written);
  for (const [title, value] of Object.entries(members)) into.append(el("h4", "", title), table(value));
  into.append(copyRow(taken(written)));
  const outcomes = outcomesOf(told);
  if (outcomes) into.append(el("h4", "", "Implementations"), outcomes);
}

function taken(written: { readonly [name: string]: Json }): Taken {
  return {
    id: `${group.id}/${written.id}`,
    op: group.file.op,
    about: String(written.about),
    clauses: written.clauses as readonly string[],
    input: Object(written.input),
    expect: Object(written.expect),
    file: { ...group.file, cases: [written] },
  };
}

function setting(input: Json | undefined): Json {
  const { steps: _, ...rest } = Object(input);
  return rest as Json;
}

function parts(written: { readonly [name: string]: Json }): Record<string, Json> {
  const expect = Object(written.expect);
  return { Input: written.input ?? null, Expected: "ok" in expect ? expect.ok : { reject: expect.reject } };
}

function table(value: Json): HTMLElement {
  const list = el("dl", "members");
  for (const [name, inner] of Object.entries(Object(value) as Record<string, Json>)) {
    const text = typeof inner === "string" ? inner : JSON.stringify(inner);
    const cut = text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}… ${text.length} characters` : text;
    const shown = el("dd", "", cut || "empty");
    if (cut.length > 300) shown.tabIndex = 0;
    list.append(el("div", "", el("dt", "", name), shown));
  }
  if (!list.firstChild) list.append(el("div", "", el("dt", "", "ok"), el("dd", "", "nothing")));
  return list;
}

function outcomesOf(told: Case): HTMLElement | undefined {
  if (group.runs.length === 0) return undefined;
  const list = el("ul", "outcomes");
  group.runs.forEach((name, at) => {
    const by = new Map<string, string[]>();
    for (const [transport, letters] of Object.entries(told.r)) {
      const letter = letters[at] ?? NOT_RUN;
      by.set(letter, [...(by.get(letter) ?? []), TRANSPORTS[transport] ?? transport]);
    }
    for (const [letter, transports] of by) {
      if (letter === NOT_RUN && by.size > 1) continue; // over the other transports it was
      const over = letter === NOT_RUN ? "" : transports.filter(Boolean).join(", ");
      const kind = letter === "p" ? "p" : letter === "k" ? "k" : letter === NOT_RUN ? "n" : "f";
      list.append(el("li", kind, `${name} ${WORDS[letter] ?? letter}${over ? ` over ${over}` : ""}`));
    }
  });
  return list;
}

const items = [...document.querySelectorAll<HTMLElement>(".vector")];
for (const item of items) {
  const details = item.querySelector("details");
  const into = item.querySelector<HTMLElement>(".drawn");
  details?.addEventListener("toggle", () => details.open && into && draw(Number(item.dataset.at), into));
}

/** Opens the case that the address names. */
function visit(): void {
  const name = decodeURIComponent(location.hash.slice(1));
  const item = name ? document.getElementById(name) : null;
  const details = item?.querySelector("details");
  if (!item || !details) return;
  const into = item.querySelector<HTMLElement>(".drawn");
  if (into) draw(Number(item.dataset.at), into);
  details.open = true;
  item.scrollIntoView();
}

let here = -1;
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  here = Math.max(0, Math.min(items.length - 1, here + step));
  items[here]?.querySelector("summary")?.focus();
});

addEventListener("hashchange", visit);
byId("main");
if (location.hash) visit();
else if (items.length === 1) items[0]?.querySelector("details")?.setAttribute("open", "");
