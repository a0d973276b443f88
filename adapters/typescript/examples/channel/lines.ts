import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { Description } from "../../src/webrtc/index.js";
import type { Session, Wishes } from "./session.js";

/** A session, wherever it runs. */
export type End = Pick<Session, "offer" | "answer" | "accept" | "run">;

/** What the command line asks for. */
export interface Asked extends Wishes {
  readonly offers: boolean;
}

/** Reads --serve, --frames N, --key HEX, and --offer or --answer: a client offers where nothing is said. */
export function asked(): Asked {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      serve: flag,
      offer: flag,
      answer: flag,
      frames: { type: "string", default: "1" },
      key: { type: "string" },
    },
  });
  const { serve: serves, frames, key } = values;
  const offers = values.offer || (!serves && !values.answer);
  return { serves, offers, frames: Number(frames), key: key === undefined ? undefined : [...Buffer.from(key, "hex")] };
}

/** Exchanges descriptions in lines of JSON on standard input and output, and says what came in the end. */
export async function talk(end: End, { offers }: Asked): Promise<void> {
  const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
  const read = async (): Promise<Description> => JSON.parse((await lines.next()).value);
  const write = (description: Description) => stdout.write(`${JSON.stringify(description)}\n`);
  if (offers) {
    write(await end.offer());
    await end.accept(await read());
  } else {
    write(await end.answer(await read()));
  }
  stdout.write(`${await end.run()}\n`);
}
