import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRequest, type Implementation, Input, Refusal, Requests } from "../../testee-kit/index.js";
import { Incomplete, KeptReplies, readPiece } from "../../testee-kit/pieces.js";
import { parse } from "../../testee-kit/requests.js";

const text = new TextEncoder();
const HELLO = { name: "made", version: "0.1", profiles: ["frame"] };
const plain = (op: string, input: object) => ({ op, case: "", profile: "", input });

test("what is no JSON is no request", () => {
  for (const wrong of ["", "{", "{} {}", "[1,]", '{"a":NaN}', '{"a":01}', `${"[".repeat(100_000)}`]) {
    assert.equal(parse(text.encode(wrong)), undefined, wrong.slice(0, 20));
  }
  assert.equal(parse(Uint8Array.of(0x22, 0xff, 0x22)), undefined);
  assert.equal(parse(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)), undefined);
});

test("members are what their schema says", () => {
  const members = { hex: "0aff", upper: "0A", odd: "0", u64: "18446744073709551615", zeros: "01", n: 2 ** 32, f: 1.5 };
  const wrong: ((input: Input) => unknown)[] = [
    (input) => input.bytes("upper"),
    (input) => input.bytes("odd"),
    (input) => input.bytes("hex", 3),
    (input) => input.u64("zeros"),
    (input) => input.u32("n"),
    (input) => input.integer("f", 0, 9),
    (input) => input.text("n"),
    (input) => input.boolean("absent"),
    (input) => input.oneOf("hex", ["a", "b"]),
    (input) => input.done(),
  ];
  for (const read of wrong) assert.throws(() => read(new Input(members)), BadRequest, String(read));
  const input = new Input({ hex: "0aff", u64: members.u64 });
  assert.deepEqual([...input.bytes("hex", 2)], [10, 255]);
  assert.equal(input.u64("u64"), 2n ** 64n - 1n);
  input.done();
});

test("only a Refusal refuses", () => {
  const broken: Implementation = {
    hello: HELLO,
    tailHash(data) {
      if (data.length > 0) throw new TypeError("a fault of the implementation");
      throw new Refusal();
    },
  };
  const requests = new Requests(broken, "secret");
  assert.deepEqual(requests.answer(plain("tail_hash", { data: "" })).reply, {
    reject: { code: "REJECTED", detail: "" },
  });
  assert.throws(() => requests.answer(plain("tail_hash", { data: "00" })), TypeError);
});

test("a batch keeps out what has state", () => {
  const requests = new Requests({ hello: HELLO, tailHash: (data) => BigInt(data.length) }, "secret", {
    transports: ["udp"],
    ops: new Map([["peer_poll", () => ({})]]),
  });
  const within = ["hello", "stop", "batch", "peer_poll"].map((op) => plain(op, {}));
  const { reply } = requests.answer(
    plain("batch", { requests: [...within, plain("tail_hash", { data: "" }), plain("x", {})] }),
  );
  const { replies } = reply.ok as { replies: Record<string, unknown>[] };
  assert.deepEqual(
    replies.map((one) => Object.keys(one)[0]),
    ["error", "error", "error", "error", "ok", "unsupported"],
  );
});

test("without the token there is no answer", () => {
  const requests = new Requests({ hello: HELLO }, "secret");
  assert.equal(requests.greeted(plain("hello", { token: "wrong" })), undefined);
  assert.equal(requests.greeted(plain("stop", {})), undefined);
  assert.deepEqual(requests.greeted(plain("hello", { token: "secret" }))?.reply, {
    ok: { ...HELLO, language: "TypeScript", spec: "1.0" },
  });
});

const head = (magic: string, ...rest: number[]) => Uint8Array.of(...text.encode(magic), ...rest);

test("only well-formed datagrams are pieces", () => {
  const wrong = [
    head("RTP1", 1, 0, 0, 0, 0, 0, 1),
    head("RTP2", 1, 0, 0, 0, 0, 0, 1, 0),
    head("RTP1", 1, 0, 0, 0, 1, 0, 1, 0),
    head("RTP1", 1, 0, 0, 0, 0, 0, 0, 0),
    head("RTP1", 1, 0, 0, 0, 0, 0, 45, 1),
    head("RTPA", 1, 0, 0, 0, 0, 0, 1, 0, 9),
  ];
  for (const datagram of wrong) assert.equal(readPiece(datagram), undefined);
  const piece = readPiece(head("RTP1", 1, 2, 3, 4, 1, 0, 44, 1, 9));
  assert.deepEqual(piece, { ask: false, id: 0x04030201, index: 1, count: 300, data: Uint8Array.of(9) });
});

test("a message is put together in any order, and a piece of another begins anew", () => {
  const incomplete = new Incomplete();
  const piece = (id: number, index: number, count: number) => ({
    ask: false,
    id,
    index,
    count,
    data: Uint8Array.of(index),
  });
  assert.equal(incomplete.add("1", piece(7, 2, 3)), undefined);
  assert.equal(incomplete.lacking(), 0);
  assert.equal(incomplete.add("1", piece(7, 0, 3)), undefined);
  assert.equal(incomplete.lacking(), 1);
  assert.equal(incomplete.add("2", piece(7, 1, 3)), undefined);
  assert.equal(incomplete.add("1", piece(7, 1, 3)), undefined);
  assert.equal(incomplete.add("1", piece(7, 0, 3)), undefined);
  assert.deepEqual(incomplete.add("1", piece(7, 2, 3)), Uint8Array.of(0, 1, 2));
});

test("the last 64 replies are kept, in pieces of 60,000 bytes", () => {
  const kept = new KeptReplies();
  for (let id = 0; id < 65; id++) kept.keep(id, new Uint8Array(60_001));
  assert.equal(kept.get(0), undefined);
  assert.deepEqual(
    kept.get(1)?.map((datagram) => datagram.length),
    [60_012, 13],
  );
});
