/** How long `zstd.wasm` may take to come. */
export const PATIENCE_MS = 30_000;

/**
 * The bytes of `zstd.wasm` at an address. Throws an Error that says what is there in its place, or that nothing came in
 * time.
 */
export async function fetchModule(url: string, patienceMs: number = PATIENCE_MS): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) throw new Error(`the status is ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw notLoaded(`${url}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  await checkModule(bytes, url);
  return bytes;
}

/** Check that bytes from somewhere are a module: the library would wait for ever. Throws an Error that says where from. */
export async function checkModule(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<void> {
  try {
    await WebAssembly.compile(bytes);
  } catch (cause) {
    throw notLoaded(`${where}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}

/** Waits for the library to load its module from beside its script, which never ends by itself where it is not there. */
export async function inTime(loading: Promise<void>, patienceMs: number = PATIENCE_MS): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(notLoaded(`nothing came in ${patienceMs} ms from beside the script of @bokuweb/zstd-wasm`)),
      patienceMs,
    );
  });
  try {
    await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}

function notLoaded(why: string, cause?: unknown): Error {
  return new Error(`zstd.wasm was not loaded (${why}): give loadZstd the address at which it is served`, { cause });
}
