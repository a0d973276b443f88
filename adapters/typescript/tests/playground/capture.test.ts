import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, toHex } from "../../playground/bytes.js";
import { framesIn } from "../../playground/capture/frames.js";
import { isCapture } from "../../playground/capture/packets.js";
import { encode, joined } from "../../src/index.js";
import { concat, ethernet, ipv4, ipv6, pcap, pcapng, tcp, udp, words } from "./captures.js";

const TCP = 6;
const UDP = 17;
const FIN = 1;
const SYN = 2;
const payload = new Uint8Array(3000).fill(7);
const frame = encode({
  type: 0,
  flags: 0,
  streamId: 7,
  frameSeq: 3n,
  spaceHash32: 0,
  modality: 0,
  slices: [{ dtype: 2, dims: [3000], payload }],
});
const digits = (capture: Uint8Array): string[] => framesIn(capture).map(({ bytes }) => toHex(bytes));

for (const order of ["big", "little"] as const) {
  test(`a datagram is found in pcap and pcapng of ${order} endian`, () => {
    const packet = ipv4(UDP, udp(frame));
    for (const capture of [
      pcap(order, 228, [packet]),
      pcapng(order, 228, [packet]),
      pcap(order, 228, [packet], 0xa1b23c4d),
    ]) {
      assert.ok(isCapture(capture));
      assert.deepEqual(digits(capture), [toHex(frame)]);
    }
  });
}

test("a datagram is found behind the header of each kind of link", () => {
  const packet = ipv4(UDP, udp(frame));
  const links: readonly (readonly [number, Uint8Array])[] = [
    [1, ethernet(0x0800, packet)],
    [1, ethernet(0x8100, concat(words("big", "u16 u16", 5, 0x0800), packet))],
    [1, ethernet(0x88a8, concat(words("big", "u16 u16 u16 u16", 5, 0x8100, 6, 0x0800), packet))],
    [113, concat(new Uint8Array(14), words("big", "u16 u16 u16", 0x8100, 5, 0x0800), packet)],
    [276, concat(words("big", "u16", 0x8100), new Uint8Array(18), words("big", "u16 u16", 5, 0x0800), packet)],
    [0, concat(new Uint8Array(4), packet)],
    [101, packet],
    [113, concat(new Uint8Array(16), packet)],
    [276, concat(new Uint8Array(20), packet)],
    [229, ipv6(UDP, udp(frame))],
  ];
  for (const [linkType, bytes] of links) assert.deepEqual(digits(pcap("little", linkType, [bytes])), [toHex(frame)]);
});

test("fragments make a datagram in whatever order they come", () => {
  const datagram = udp(frame);
  const cuts = [0, 1000, 2000, datagram.length];
  const fragments = [2, 0, 1].map((at) => {
    const more = at < 2 ? 0x2000 : 0;
    return ipv4(UDP, datagram.subarray(cuts[at], cuts[at + 1]), { id: 9, place: more | (cuts[at] / 8) });
  });
  assert.deepEqual(digits(pcap("little", 228, fragments)), [toHex(frame)]);
  assert.deepEqual(digits(pcap("little", 228, fragments.slice(0, 2))), []);
});

test("segments of TCP make frames, repeated and out of order, over the end of the numbers", () => {
  const bytes = joined(frame);
  const first = 2 ** 32 - 500;
  const segment = (from: number, to: number, flags = 0) =>
    ipv4(TCP, tcp((first + 1 + from) % 2 ** 32, flags, bytes.subarray(from, to)));
  const opening = ipv4(TCP, tcp(first, SYN, new Uint8Array()));
  const capture = pcap("little", 228, [
    opening,
    segment(1000, 2000),
    segment(0, 1000),
    segment(500, 1500),
    segment(2000, bytes.length, FIN),
  ]);
  const found = framesIn(capture);
  assert.deepEqual(toHex(found[0].bytes), toHex(frame));
  assert.deepEqual(
    found.slice(1).map(({ end }) => end),
    ["ends"],
  );
});

test("a bad length of TCP is told with its code", () => {
  const capture = pcap("little", 228, [
    ipv4(TCP, tcp(0, SYN, new Uint8Array())),
    ipv4(TCP, tcp(1, 0, concat(joined(frame), new TextEncoder().encode("GET / HTTP")))),
  ]);
  assert.deepEqual(
    framesIn(capture).map(({ end }) => end),
    [undefined, "FRAME_TOO_LARGE"],
  );
});

test("what is cut, noise or no capture at all causes no other error", () => {
  const whole = pcapng("little", 1, [ethernet(0x0800, ipv4(UDP, udp(frame)))]);
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 2000; round++) {
    const bytes = whole.slice(0, random(whole.length + 1));
    for (let change = random(4); change > 0 && bytes.length > 0; change--) bytes[random(bytes.length)] = random(256);
    try {
      framesIn(bytes);
    } catch (error) {
      assert.ok(error instanceof InputError, `round ${round}: ${error}`);
    }
  }
});

test("a datagram that was captured in part says so, and such a segment is as if it were lost", () => {
  const cut = (packet: Uint8Array): Uint8Array => pcap("little", 228, [packet.subarray(0, packet.length - 10)]);
  assert.deepEqual(
    framesIn(cut(ipv4(UDP, udp(frame)))).map(({ end }) => end),
    ["captured without its last 10 bytes"],
  );
  assert.deepEqual(framesIn(cut(ipv4(TCP, tcp(0, 0, joined(frame))))), []);
});

test("fragments that overlap, repeat or never end make no datagram", () => {
  const datagram = udp(frame);
  const part = (at: number, more: boolean, id = 9): Uint8Array =>
    ipv4(UDP, datagram.subarray(at, at + 800), { id, place: (more ? 0x2000 : 0) | (at / 8) });
  assert.deepEqual(digits(pcap("little", 228, [part(0, true), part(400, true), part(2400, false)])), []);
  const last = ipv4(UDP, new Uint8Array(8), { id: 7, place: 8000 });
  const hostile = Array.from({ length: 20_000 }, (_, at) =>
    ipv4(UDP, new Uint8Array(8), { id: 7, place: 0x2000 | (at % 8000) }),
  );
  assert.deepEqual(digits(pcap("little", 228, [last, ...hostile])), []);
});
