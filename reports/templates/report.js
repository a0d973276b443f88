
"use strict";
const MOST_OPENED = 200; // so many finds are opened at once
const cases = [...document.querySelectorAll(".case")];
const search = document.getElementById("search");
const filters = [...document.querySelectorAll("[data-filter]")];
const folds = [...document.querySelectorAll("details.card, details.profile, details.group, section.causes")];
const texts = new Map(cases.map((one) => [one, `${one.id} ${one.textContent}`.toLowerCase()]));
const titles = new Map([...document.querySelectorAll("details.card")].map((card) => [card, own(card)]));

/** What a cause says itself, without its cases. */
function own(card) {
  const parts = [...card.querySelectorAll("h3, blockquote, .body > p, dl")];
  return parts.map((part) => part.textContent).join(" ").toLowerCase();
}

/** Whether the text has the word; a number at its end is whole, so that FRM-1 is not found in FRM-12. */
function has(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/\d$/.test(word) || !/^\d/.test(text.slice(at + word.length, at + word.length + 1))) return true;
  }
  return false;
}

function value(one, name) {
  return one.closest(`[data-${name}]`)?.dataset[name];
}

function apply() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const set = filters.filter((filter) => filter.value);
  const found = cases.filter((one) => {
    const title = titles.get(one.closest("details.card")) ?? "";
    one.hidden = !(set.every((filter) => value(one, filter.dataset.filter) === filter.value)
      && words.every((word) => has(texts.get(one), word) || has(title, word)));
    return !one.hidden;
  });
  const holding = new Set();
  for (const one of found) {
    for (let fold = one.parentElement; fold && !holding.has(fold); fold = fold.parentElement) holding.add(fold);
  }
  const few = words.length > 0 && found.length <= MOST_OPENED;
  for (const fold of folds) {
    fold.hidden = !holding.has(fold);
    if (few && holding.has(fold) && "open" in fold) fold.open = true;
  }
  const number = (count) => count.toLocaleString("en");
  document.getElementById("shown").textContent = `${number(found.length)} of ${number(cases.length)}`;
  document.getElementById("none").hidden = found.length > 0;
}

function clear() {
  search.value = "";
  for (const filter of filters) filter.value = "";
  apply();
}

/** Unpack what the page has compressed: the details of the cases in a list, or a list itself. */
async function unpack(list) {
  const packed = list.dataset.packed;
  if (!packed || typeof DecompressionStream === "undefined") return;
  delete list.dataset.packed;
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const holder = document.createElement("template");
  holder.innerHTML = await new Response(stream).text(); // escaped when it was made
  if (list.matches("ul")) [...holder.content.children].forEach((details, at) => list.children[at].replaceChildren(details));
  else list.replaceChildren(holder.content);
}

/** Show the place that the address names, whatever it is folded in. */
async function visit() {
  if (search && location.hash.includes("=")) {
    const wanted = new URLSearchParams(location.hash.slice(1));
    search.value = wanted.get("q") ?? "";
    for (const filter of filters) filter.value = wanted.get(filter.dataset.filter) ?? "";
    apply();
    document.getElementById("failures").scrollIntoView();
    return;
  }
  const name = decodeURIComponent(location.hash.slice(1));
  if (name.includes("case-") && !document.getElementById(name)) {
    await Promise.all([...document.querySelectorAll(".passed > [data-packed]")].map(unpack));
  }
  const place = document.getElementById(name);
  if (!place) return;
  if (search && place.closest("[hidden]")) clear();
  for (let fold = place; fold; fold = fold.parentElement) {
    if (fold.matches("details")) fold.open = true;
  }
  if (place.matches("li.case")) {
    await unpack(place.parentElement);
    const details = place.querySelector("details");
    if (details) details.open = true;
  }
  place.scrollIntoView();
  (place.querySelector("summary, th a") ?? place).focus({ preventScroll: true });
}

function step(by) {
  const shown = [...document.querySelectorAll("#failures summary")].filter((one) => one.checkVisibility());
  const at = shown.indexOf(document.activeElement?.closest("summary") ?? null);
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
  shown[next]?.focus();
  shown[next]?.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (event.key === "Escape") {
    clear();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select")) return;
  const act = { "/": () => search.focus(), j: () => step(1), k: () => step(-1) }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

async function copy(button) {
  const text = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = "Selected";
  }
}

if (search) {
  search.addEventListener("input", apply);
  for (const filter of filters) filter.addEventListener("change", apply);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => event.target.matches("[data-copy]") && copy(event.target));
}
document.addEventListener("toggle", (event) => {
  const list = event.target.open && event.target.querySelector(":scope > [data-packed]");
  if (list) unpack(list);
}, true);
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.card:not([open])")];
  for (const card of unfolded) card.open = true;
});
addEventListener("afterprint", () => {
  for (const card of unfolded) card.open = false;
});
addEventListener("hashchange", visit);
visit();
