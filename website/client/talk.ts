/** A conversation as a sequence diagram: columns are parties, rows follow one another in time. */
import { el, grouped } from "./dom.js";
import { drawFrame, type Frame } from "./frame.js";

/** From, to, label, note, and the place of its frame, or -1. */
export type Row = readonly [string, string, string, string, number];
/** Milliseconds, and the place of the row. */
export type Told = readonly [number, number];

const TITLES: Readonly<Record<string, string>> = { app: "application", peer: "peer under test", others: "other ends" };
/** So many other ends have a lane each; more share one, and their rows say who it is. */
const MOST_ENDS = 3;
const OTHERS = "others";
const QUIET = new Set(["nothing more", "no event"]);

export function drawTalk(told: readonly Told[], rows: readonly Row[], frames: readonly Frame[]): HTMLElement {
  const lanes = lanesOf(told, rows);
  const list = el("ol");
  let before = -1;
  for (const [at, place] of told) {
    const row = rows[place];
    if (!row) continue;
    list.append(item(row, at === before ? "" : clock(at), lanes, frames));
    before = at;
  }
  const head = el("div", "lanes", el("span"), ...lanes.map((one) => el("span", one, titleOf(one, lanes))));
  const lives = el("div", "lives", el("span"), ...lanes.map(() => el("i")));
  return el("div", `talk lanes-${lanes.length}`, lives, head, list);
}

function lanesOf(told: readonly Told[], rows: readonly Row[]): string[] {
  const ends = new Set<string>();
  for (const [, place] of told) for (const one of rows[place]?.slice(0, 2) ?? []) if (one) ends.add(String(one));
  const others = [...ends].filter((one) => !(one in TITLES)).sort((a, b) => a.length - b.length || a.localeCompare(b));
  if (others.length > MOST_ENDS) return ["app", "peer", OTHERS];
  return ["app", "peer", ...(others.length > 0 ? others : ["a"])];
}

function titleOf(lane: string, lanes: readonly string[]): string {
  return TITLES[lane] ?? (lanes.length > 3 ? `other end ${lane}` : "other end");
}

function item(row: Row, at: string, lanes: readonly string[], frames: readonly Frame[]): HTMLElement {
  const [from, to, label, note, place] = row;
  if (!from) return el("li", "pass-time", el("span", "", label));
  const who = [from, to].find((one) => !lanes.includes(one));
  const source = lanes.indexOf(from === who ? OTHERS : from);
  const target = lanes.indexOf(to === who ? OTHERS : to);
  const [left, right] = source < target ? [source, target] : [target, source];
  const kind = from === "app" || to === "app" ? "app" : from === "peer" ? "back" : "there";
  const what = el("span", "what", el("b", "", who ? `${who}: ${label}` : label));
  if (note) what.append(el("small", "", note));
  const line = el(
    "div",
    `flow ${kind} ${source < target ? "to-right" : "to-left"} span-${right - left + 1}`,
    what,
    el("span", "arrow"),
  );
  line.style.gridColumn = `${left + 2} / ${right + 3}`;
  const made = el("li", QUIET.has(label) ? "quiet" : "", el("span", "at", at), line);
  const frame = frames[place];
  if (frame) opens(what, made, frame);
  return made;
}

/** A button that shows the frame below its row, and hides it again. */
function opens(what: HTMLElement, row: HTMLElement, frame: Frame): void {
  const button = el("button", "", "bytes");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  let shown: HTMLElement | undefined;
  button.addEventListener("click", () => {
    if (shown) {
      shown.remove();
      shown = undefined;
    } else {
      shown = el("div", "opened", drawFrame(frame));
      row.append(shown);
    }
    button.setAttribute("aria-expanded", String(shown !== undefined));
  });
  what.querySelector("b")?.after(button);
}

/** A time for people: milliseconds up to a second, seconds beyond. */
function clock(at: number): string {
  if (at < 1000) return `${at} ms`;
  return `${grouped(Math.round(at) / 1000)} s`;
}
