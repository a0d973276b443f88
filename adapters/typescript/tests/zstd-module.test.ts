import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createSilent } from "node:net";
import { type TestContext, test } from "node:test";
import { checkModule, fetchModule, inTime } from "../src/zstd-module.js";

const WASM = new URL("../../node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm", import.meta.url);

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/zstd.wasm`;
}

test("the module comes from its address", async (t) => {
  const bytes = readFileSync(WASM);
  const url = await serve(t, (_, response) => response.end(bytes));
  assert.deepEqual(Buffer.from(await fetchModule(url)), bytes);
});

test("what is not there, or is something else, is told with its address", async (t) => {
  const missing = await serve(t, (_, response) => response.writeHead(404).end());
  await assert.rejects(
    fetchModule(missing),
    new RegExp(`zstd.wasm was not loaded \\(${missing}: the status is 404\\)`),
  );
  const page = await serve(t, (_, response) => response.end("<!doctype html>"));
  await assert.rejects(fetchModule(page), /zstd.wasm was not loaded \(http:.*compile/i);
});

test("bytes that are no module are told before the library waits for them", async () => {
  await checkModule(new Uint8Array(readFileSync(WASM)), "the bytes given");
  await assert.rejects(checkModule(new Uint8Array(4), "the bytes given"), /not loaded \(the bytes given: .*compile/i);
});

test("an address that says nothing, and a library that never ends, are given up", async (t) => {
  const silent = createSilent((socket) => t.after(() => socket.destroy()));
  t.after(() => silent.close());
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  await assert.rejects(fetchModule(`http://127.0.0.1:${port}/`, 20), /zstd.wasm was not loaded .*timeout/i);
  await assert.rejects(inTime(new Promise(() => {}), 20), /nothing came in 20 ms/);
  await inTime(Promise.resolve(), 20);
  await assert.rejects(inTime(Promise.reject(new Error("of the library")), 20), /of the library/);
});
