type Child = Node | string | undefined;

/** An element with classes, attributes and children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element that a selector finds. Throws an Error where the page has none. */
export function find<Found extends Element = HTMLElement>(selector: string, within: ParentNode = document): Found {
  const found = within.querySelector<Found>(selector);
  if (found === null) throw new Error(`the page has no ${selector}`);
  return found;
}

declare global {
  /** Clause -> its text and where the site has it, beside the page; not there where the page stands alone. */
  var resonantClauses: Readonly<Record<string, readonly [href: string, text: string]>> | undefined;
}

/** A clause as a link to its text, where the site has it. */
export function clauseLink(clause: string): HTMLElement {
  const href = globalThis.resonantClauses?.[clause]?.[0];
  return href === undefined ? make("code", {}, clause) : make("a", { href }, clause);
}

/** What a clause says, where the site has it. */
export function clauseText(clause: string): HTMLElement | undefined {
  const text = globalThis.resonantClauses?.[clause]?.[1];
  return text === undefined ? undefined : make("p", { class: "about" }, clauseLink(clause), `: ${text}`);
}
