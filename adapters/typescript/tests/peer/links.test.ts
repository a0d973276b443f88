import assert from "node:assert/strict";
import { test } from "node:test";
import { loadZstd } from "../../src/index.js";
import { Links } from "../../src/peer/index.js";
import { CONFIG, frame, sync, think } from "./talk.js";

await loadZstd();

const PING = { method: "ping", ts: 0, supports: { critique: true } };

function server(maxLinks: number): Links {
  let drawn = 0;
  const drawSalt = () => {
    drawn += 1;
    return new Uint8Array(16).fill(drawn);
  };
  return new Links({ role: "server", config: CONFIG, maxLinks, drawSalt });
}

const events = (links: Links) => links.takeEvents().map(({ from, event }) => `${from} ${event.kind}`);

test("each address has a session of its own", () => {
  const links = server(4);
  links.receive("a", sync(1, 0n, PING), 0);
  links.receive("b", frame(3, 0n, Uint8Array.of(1)), 0);
  assert.deepEqual(events(links), ["a established", "b error_sent"]);
  assert.deepEqual(
    links.takeDatagrams().map(({ to }) => to),
    ["a", "b"],
  );
  links.ask("a", 0, (peer) => peer.send(5, think(1), 0));
  assert.throws(() => links.ask("b", 0, (peer) => peer.send(5, think(1), 0)), /HANDSHAKE_REQUIRED/);
});

test("an address whose datagrams are all dropped is not kept", () => {
  const links = server(4);
  for (const address of ["a", "b", "c"]) links.receive(address, Uint8Array.of(1, 2, 3), 0);
  assert.deepEqual([events(links).length, links.addresses], [3, []]);
});

test("of addresses that are too many the one that loses least is forgotten", () => {
  const links = server(3);
  links.receive("used", sync(1, 0n, PING), 0);
  links.receive("used", frame(3, 0n, Uint8Array.of(1)), 0);
  links.receive("greeted", sync(1, 0n, PING), 1);
  links.receive("stranger", frame(3, 0n, Uint8Array.of(1)), 2);
  links.takeEvents();
  links.receive("new", sync(1, 0n, PING), 3);
  assert.deepEqual(links.addresses, ["used", "greeted", "new"]);
  links.receive("newer", sync(1, 0n, PING), 4);
  assert.deepEqual(links.addresses, ["used", "new", "newer"]);
  assert.deepEqual(events(links), ["new established", "greeted lost", "newer established"].sort(byEvent));
});

/** The loss of a link is told when room is made, which is after what the new one did. */
function byEvent(one: string, other: string): number {
  return Number(one.endsWith("lost")) - Number(other.endsWith("lost"));
}

test("deadlines of several addresses are met in the order of their times", () => {
  const links = server(4);
  links.receive("late", sync(1, 0n, PING), 500);
  links.receive("later", sync(1, 0n, PING), 700);
  links.takeEvents();
  links.advance(100_000);
  assert.deepEqual(events(links), ["late lost", "later lost"]);
});
