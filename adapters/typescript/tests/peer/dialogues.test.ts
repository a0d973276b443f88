import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadZstd } from "../../src/zstd.js";
import { type DialogueFile, partsOf } from "./dialogue/expand.js";
import { Player } from "./dialogue/player.js";

await loadZstd();
const DATA = join(import.meta.dirname, "..", "..", "..", "..", "..", "vectors", "data");

for (const profile of ["handshake", "stream", "mux", "fec"].filter((name) => existsSync(join(DATA, name)))) {
  for (const name of readdirSync(join(DATA, profile), { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".json")) continue;
    const file: DialogueFile = JSON.parse(readFileSync(join(DATA, profile, name), "utf8"));
    if (file.op !== "dialogue" || file.transports?.includes("udp") === false) continue;
    test(`${profile}/${file.group}`, () => assert.deepEqual(wrong(file), []));
  }
}

/** Every case that does not hold, with why: the others are played all the same. */
function wrong(file: DialogueFile): string[] {
  const parts = partsOf(file);
  return file.cases.flatMap((one) => {
    try {
      Player.play(file, parts, one);
      return [];
    } catch (error) {
      return [`${one.id}: ${error instanceof Error ? error.message : error}`];
    }
  });
}
