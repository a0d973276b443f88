import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../fuzz/random.js";
import { loadZstd, ResonantError } from "../../../src/index.js";
import type { PeerEvent } from "../../../src/peer/index.js";
import { carry, KEY, session } from "../talk.js";
import { sends } from "./managed.js";

await loadZstd();

for (const seed of Array.from({ length: 40 }, (_, index) => index)) {
  test(`streams end whatever is lost and held, by seed ${seed}`, () => {
    const random = new Random(seed);
    const { client, server } = session({
      mux: { streams: 4, frames: 16 + (seed % 20) },
      ...(seed % 2 ? { key: KEY } : {}),
    });
    const ids = [3, 5, 7];
    for (const streamId of ids) {
      client.open(streamId, seed % 3 > 0, 0, undefined, random.below(8));
      sends(client, streamId, 100);
      client.end(streamId, 0);
    }
    const events: PeerEvent[] = [];
    const done = new Set<number>();
    for (let now = 0; now < 600_000 && done.size < ids.length; now += 250) {
      const isBad = now < 60_000;
      carry(client, server, now, () => !isBad || random.below(10) >= 1 + (seed % 4));
      server.advance(now);
      client.advance(now);
      for (const streamId of ids) {
        attempt(() => (isBad && random.below(4) === 0 ? server.hold(streamId, now) : server.resume(streamId, now)));
        if (now % 1000 === 0) attempt(() => client.endAgain(streamId, now));
      }
      events.push(...server.takeEvents());
      for (const event of client.takeEvents()) if (event.kind === "done") done.add(event.streamId);
      for (const event of events) if (event.kind === "complete") done.add(event.streamId);
    }
    for (const streamId of ids) {
      const opened = events.map((event) => event.kind === "opened" && event.streamId === streamId).lastIndexOf(true);
      assert.deepEqual(
        events
          .slice(opened)
          .flatMap((event) =>
            event.kind === "message" && event.streamId === streamId ? [event.slices[0]?.payload[0]] : [],
          ),
        Array.from({ length: 100 }, (_, value) => value),
      );
    }
  });
}

function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof ResonantError) || error.code !== "STREAM_STATE") throw error;
  }
}
