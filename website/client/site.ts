/** What every page has: colours, search, and frames that stand in texts. */
import { byId } from "./dom.js";
import { drawStanding } from "./frame.js";
import { listenForSearch } from "./search.js";

const NEXT: Readonly<Record<string, string>> = { "": "dark", dark: "light", light: "" };
const WORDS: Readonly<Record<string, string>> = { "": "as the system", dark: "dark", light: "light" };

function themes(): void {
  const button = byId("theme");
  const name = (): string => document.documentElement.dataset.theme ?? "";
  const tell = (): void => button.setAttribute("aria-label", `Colours: ${WORDS[name()]}`);
  button.addEventListener("click", () => {
    const next = NEXT[name()] ?? "";
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // It lasts as long as the page does.
    }
    tell();
  });
  tell();
}

/** On narrow windows the list of pages beside a text is closed, so that the text comes first. */
function foldSides(): void {
  if (!matchMedia("(max-width: 60rem)").matches) return;
  for (const one of document.querySelectorAll<HTMLDetailsElement>(".side details[open]")) one.open = false;
}

/** On phones the navigation is wider than the window: what one is in is brought into sight. */
function showPlace(): void {
  const here = document.querySelector<HTMLElement>(".topbar nav [aria-current]");
  const nav = here?.parentElement;
  if (here && nav) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - 48;
}

themes();
showPlace();
foldSides();
drawStanding();
listenForSearch();
