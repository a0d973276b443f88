import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { env } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { decode, decompress, encode, loadZstd } from "../src/index.js";
import { yours } from "../testee/yours.js";
import { fromHex, Input, opsOf, Refusal, toHex } from "../testee-kit/index.js";

type Members = Readonly<Record<string, unknown>>;

/** A file of vectors/data; vectors/schema.json is its form. */
interface VectorFile {
  readonly op: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly id: string;
  readonly input: Members;
  readonly expect: { readonly ok: Members } | { readonly reject: string };
}

/** The vectors of the repository, from build/tests/, or those that RESONANT_VECTORS names. */
const FOLDER = env.RESONANT_VECTORS ?? fileURLToPath(new URL("../../../../vectors/data", import.meta.url));
const OPS = opsOf(yours);

await loadZstd();

/** Every case of the ops that are no dialogues, by its id, with why it is not as expected. */
function judged(): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const entry of readdirSync(FOLDER, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".json")) continue;
    const file: VectorFile = JSON.parse(readFileSync(`${FOLDER}/${entry}`, "utf8"));
    if (!OPS.has(file.op)) continue;
    for (const one of file.cases) found.set(`${entry} ${one.id}`, judge(file.op, one));
  }
  return found;
}

/** Why a case is not as expected; undefined where it is. */
function judge(op: string, { input, expect }: Case): string | undefined {
  let got: Members;
  try {
    got = perform(op, input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return "reject" in expect && expect.reject === error.code ? undefined : `it is refused with ${error.code}`;
  }
  if ("reject" in expect) return `it is taken, not refused with ${expect.reject}`;
  for (const [name, wanted] of Object.entries(expect.ok)) {
    const described = describe(op, name, input, got);
    try {
      assert.deepStrictEqual(described, asRead<unknown>(wanted));
    } catch {
      return `${name} is ${JSON.stringify(described)?.slice(0, 200)}`;
    }
  }
  return undefined;
}

/** The `ok` of a request, as the runner reads it. */
function perform(op: string, input: Members): Members {
  const perform = OPS.get(op);
  assert(perform !== undefined, op);
  return asRead<Members>(perform(new Input(input)));
}

/** A value as whoever reads its JSON has it: -0 is 0. */
function asRead<Value>(value: unknown): Value {
  return JSON.parse(JSON.stringify(value));
}

/** The member of a result that a vector has: some are not canonical, and some too long to be written. */
function describe(op: string, name: string, input: Members, got: Members): unknown {
  if (name.endsWith("_sha256")) {
    const whole = describe(op, name.slice(0, -"_sha256".length), input, got);
    return createHash("sha256").update(bytesOf(whole)).digest("hex");
  }
  if (op === "compress" && name === "plain") return toHex(decompress(bytesOf(got.zstd)));
  if (op === "encode" && (name === "header" || name === "plain_body")) {
    const bytes = bytesOf(got.frame);
    const frame = decode(bytes, { key: input.key === undefined ? undefined : bytesOf(input.key) });
    const headerBytes = 29 + 4 * frame.slices.length;
    return toHex(
      name === "header" ? bytes.subarray(0, headerBytes) : encode({ ...frame, flags: 0 }).slice(headerBytes, -4),
    );
  }
  return got[name];
}

function bytesOf(value: unknown): Uint8Array {
  const bytes = typeof value === "string" ? fromHex(value) : undefined;
  assert(bytes !== undefined, `not bytes: ${value}`);
  return bytes;
}

// Where RESONANT_CANARY is set, the vectors are wrong on purpose, each of them.
test("the golden vectors", () => {
  const all = judged();
  assert(all.size > 0, `there are no vectors in ${FOLDER}`);
  const wrong = [...all].filter(([, why]) => why !== undefined);
  if (env.RESONANT_CANARY) assert.equal(wrong.length, all.size, "not every canary is reported");
  else assert.deepEqual(wrong, []);
});

test("a wrong vector is reported", () => {
  const right: Case = { id: "", input: { data: "" }, expect: { ok: { xxhash3_64: "2d06800538d394c2" } } }; // testee.md
  assert.equal(judge("tail_hash", right), undefined);
  const wrong: Case["expect"][] = [
    { ok: { xxhash3_64: "2d06800538d394c3" } },
    { ok: { hash: "2d06800538d394c2" } },
    { reject: "BAD_JSON" },
  ];
  for (const expect of wrong) assert.notEqual(judge("tail_hash", { ...right, expect }), undefined);
  const short = { id: "", input: { frame: "00" }, expect: { reject: "FRAME_TOO_LARGE" } };
  assert.match(judge("decode", short) ?? "", /FRAME_TOO_SHORT/);
});
