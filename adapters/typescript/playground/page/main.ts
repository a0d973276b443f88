/** The playground's script: it explains, makes and quantizes in the page, and asks nobody. */
import zstdWasm from "../../node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm";
import { loadZstd } from "../../src/index.js";
import { explain } from "../explain.js";
import { annotated } from "./annotated.js";
import { beginBuilding } from "./building.js";
import { beginExplaining } from "./explaining.js";
import { beginQuantizing } from "./quantizer.js";

declare global {
  /** What other pages of the site, and tests, call. */
  var resonantPlayground: {
    readonly explain: typeof explain;
    readonly annotated: typeof annotated;
    readonly ready: Promise<void>;
  };
}

const PARTS: Readonly<Record<string, (section: HTMLElement) => void>> = {
  explain: beginExplaining,
  build: beginBuilding,
  quantize: beginQuantizing,
};

async function begin(): Promise<void> {
  await loadZstd(zstdWasm);
  for (const [name, start] of Object.entries(PARTS)) {
    const section = document.querySelector<HTMLElement>(`[data-playground=${name}]`);
    if (section !== null) start(section);
  }
}

globalThis.resonantPlayground = { explain, annotated, ready: begin() };
