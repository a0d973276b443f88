import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

// The test files in one process, as to start a process takes longer than most of them. Not so those in alone/, which test
// what a fresh process does, and those in webrtc/, which load a native library: `node --test` is given them one by one.
const APART = /^(alone|webrtc)[\\/][^\\/]+$/; // in a folder below they would be given to nobody
const SOURCES = join(import.meta.dirname, "..", "..", "tests"); // the compiler leaves what it made of those that are gone

async function load(): Promise<string[]> {
  const failures: string[] = [];
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".test.ts") || APART.test(name)) continue;
    const compiled = new URL(name.replace(/ts$/, "js").replaceAll("\\", "/"), import.meta.url);
    await import(compiled.href).catch((error) => failures.push(`${name}: ${error}`));
  }
  return failures;
}

// The first test, so that the others wait: node:test takes no more of them once all that it has are done.
const loading = load();
test("every test file is loaded", async () => assert.deepEqual(await loading, []));
