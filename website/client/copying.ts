/** A case to take along: buttons that copy it as bytes, as data, as a test in four languages, and as a command. */
import type { Taken } from "./copying/taken.js";
import { copies } from "./copying/tests.js";
import { el } from "./dom.js";

/** Buttons that copy, and show what they copied. */
export function copyRow(taken: Taken): HTMLElement {
  const row = el("div", "copies", el("span", "about", "Copy as "));
  const shown = el("pre", "code");
  shown.tabIndex = 0;
  const told = el("span", "about");
  told.setAttribute("role", "status");
  for (const [label, text] of copies(taken)) {
    const button = el("button", "", label);
    button.type = "button";
    button.addEventListener("click", async () => {
      shown.textContent = text;
      row.append(shown);
      told.textContent = await navigator.clipboard.writeText(text).then(
        () => `${label} copied`,
        () => "this browser does not let the page copy; select the text",
      );
    });
    row.append(button);
  }
  row.append(told);
  return row;
}
