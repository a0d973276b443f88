import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize, sep } from "node:path";

/** Packages -> where a browser finds them: the package's own modules name them as programs in Node do. */
const IMPORTS = {
  "@bokuweb/zstd-wasm": "/node_modules/@bokuweb/zstd-wasm/dist/web/index.web.js",
  "@noble/ciphers/": "/node_modules/@noble/ciphers/",
  "@noble/hashes/": "/node_modules/@noble/hashes/",
};
const page = (script: string) => `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module" src="${script}"></script>`;
const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", wasm: "application/wasm" };

/** Serve a page with a script, and the modules below a folder, on a free port of 127.0.0.1. Gives the page's address. */
export function servePage(root: string, script: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/") response.setHeader("content-type", "text/html").end(page(script));
    else serveFile(root, path, response);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
  });
}

/** Serve a file. A module that is named without its ending, as bundlers take it, is elsewhere. */
function serveFile(root: string, path: string, response: ServerResponse): void {
  const file = normalize(join(root, path));
  if (!file.startsWith(root + sep)) return void response.writeHead(404).end();
  if (isFile(file)) {
    const type = TYPES[file.split(".").pop() ?? ""] ?? "text/plain";
    return void response.setHeader("content-type", type).end(readFileSync(file));
  }
  const ending = [".js", "/index.js"].find((one) => isFile(file + one));
  if (ending === undefined) response.writeHead(404).end();
  else response.writeHead(302, { location: path + ending }).end();
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
