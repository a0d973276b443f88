
"use strict";
const failures = [...document.querySelectorAll(".failure")];
const search = document.getElementById("search");
const filters = [...document.querySelectorAll("[data-filter]")];
const texts = new Map(failures.map((one) => [one, one.textContent.toLowerCase()]));

/** Whether the text has the word; a number at its end is whole, so that FRM-1 is not found in FRM-12. */
function has(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/\d$/.test(word) || !/^\d/.test(text.slice(at + word.length, at + word.length + 1))) return true;
  }
  return false;
}

function apply() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of failures) {
    const fits = filters.every((filter) => !filter.value || one.dataset[filter.dataset.filter] === filter.value)
      && words.every((word) => has(texts.get(one), word));
    one.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${failures.length}`;
  document.getElementById("none").hidden = shown > 0;
}

function step(by) {
  const shown = failures.filter((one) => !one.hidden);
  const at = shown.findIndex((one) => one.contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
  if (shown[next]) {
    shown[next].querySelector("summary").focus();
    shown[next].scrollIntoView({ block: "nearest" });
  }
}

function onKey(event) {
  if (event.key === "Escape") {
    search.value = "";
    for (const filter of filters) filter.value = "";
    apply();
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
