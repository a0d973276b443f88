/** Elements in few words. */

export type Child = Node | string;

/** An element with a class, or several, and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** The element of this id, which the page has. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

/** A number with commas. */
export const grouped = (count: number): string => count.toLocaleString("en");

/** Loads a script of the site once. */
const loading = new Map<string, Promise<void>>();
export function load(path: string): Promise<void> {
  const before = loading.get(path);
  if (before) return before;
  const loaded = new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = root() + path;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`cannot load ${path}`));
    document.head.append(script);
  });
  loading.set(path, loaded);
  return loaded;
}

/** The root of the site as seen from the page. */
export const root = (): string => document.documentElement.dataset.root ?? "";
