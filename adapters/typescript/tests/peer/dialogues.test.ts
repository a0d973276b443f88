import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadZstd } from "../../src/zstd.js";
import type { DialogueFile } from "./dialogue/expand.js";
import { Player } from "./dialogue/player.js";

await loadZstd();
const DATA = join(import.meta.dirname, "..", "..", "..", "..", "..", "vectors", "data");

for (const profile of ["handshake", "stream", "mux", "fec"].filter((name) => existsSync(join(DATA, name)))) {
  for (const name of readdirSync(join(DATA, profile), { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".json")) continue;
    const file: DialogueFile = JSON.parse(readFileSync(join(DATA, profile, name), "utf8"));
    if (file.op !== "dialogue" || file.transports?.includes("udp") === false) continue;
    test(`${profile}/${file.group}`, async (group) => {
      for (const one of file.cases) await group.test(one.id, () => Player.play(file, one));
    });
  }
}
