import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../src/peer/kept.js";
import { Outgoing, type SentStream } from "../../src/peer/outgoing.js";

/** Streams 1 and 3, on which frames of 10 bytes are sent in this order of stream_ids. */
function sent(maxBytes: number, order: readonly number[]) {
  const outgoing = new Outgoing(new Kept(maxBytes));
  for (const streamId of [1, 3]) outgoing.open(streamId, false);
  for (const streamId of order) send(outgoing, streamId);
  return outgoing;
}

function send(outgoing: Outgoing, streamId: number): void {
  outgoing.sent({ streamId, frameSeq: outgoing.next(streamId) }, new Uint8Array(10), 0);
}

const kept = (outgoing: Outgoing, streamId: number) => [...(outgoing.stream(streamId) as SentStream).frames.keys()];

test("the oldest frames go where more bytes would be kept than there may be, whichever stream sends", () => {
  const outgoing = sent(40, [1, 1, 3, 3]);
  assert.deepEqual(
    [kept(outgoing, 1), kept(outgoing, 3)],
    [
      [0n, 1n],
      [0n, 1n],
    ],
  );
  send(outgoing, 3);
  assert.deepEqual([kept(outgoing, 1), kept(outgoing, 3)], [[1n], [0n, 1n, 2n]]);
  for (let count = 0; count < 3; count += 1) send(outgoing, 3);
  assert.deepEqual([kept(outgoing, 1), kept(outgoing, 3)], [[], [2n, 3n, 4n, 5n]]);
});

test("a stream that nobody can ask for any more makes room", () => {
  const outgoing = sent(40, [1, 1, 3, 3]);
  outgoing.break(outgoing.stream(1) as SentStream);
  send(outgoing, 3);
  send(outgoing, 3);
  assert.deepEqual(kept(outgoing, 3), [0n, 1n, 2n, 3n]);
  outgoing.end(outgoing.stream(3) as SentStream, 3n, 0);
  outgoing.sweep(10_001);
  assert.deepEqual(kept(outgoing, 3), []);
});

test("the next session has all the room", () => {
  const outgoing = sent(20, [1, 1]);
  outgoing.sessionEnded();
  outgoing.open(3, false);
  send(outgoing, 3);
  send(outgoing, 3);
  assert.deepEqual(kept(outgoing, 3), [0n, 1n]);
});

test("frames that are kept no more are passed over, and the TAIL is sent without them (STM-20)", () => {
  const outgoing = sent(30, [1, 1, 1, 1]);
  const stream = outgoing.stream(1) as SentStream;
  outgoing.end(stream, 3n, 0);
  assert.equal(stream.again([0n, 1n, 2n]).length, 3);
});
