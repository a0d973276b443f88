import { isIPv6 } from "node:net";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { hostPort } from "../src/node/socket.js";
import { ALL_FEATURES, type PeerConfig } from "../src/peer/config.js";

/** What both models take. The hash stands for the space that they share. */
export const CONFIG: PeerConfig = { ...ALL_FEATURES, spaceHash32: 2451163210, dModel: 2048 };

/** The arguments of both programs. */
export interface Arguments {
  readonly host: string;
  readonly port: number;
  /** undefined if there is none. */
  readonly count: number | undefined;
  /** Over TCP in place of UDP. */
  readonly tcp: boolean;
  /** Of a program that has such arguments: whether it is the server, and 32 bytes to seal with. */
  readonly serve: boolean;
  readonly key: Uint8Array | undefined;
  /** Aborted when the program is interrupted. */
  readonly signal: AbortSignal;
}

class WrongArgument extends Error {}

/** Arguments that some programs have besides the others. */
type More = NonNullable<ParseArgsConfig["options"]>;
export const STREAMING: More = { serve: { type: "boolean", default: false }, key: { type: "string" } };

const HOST_PORT = /^(?:\[(?<ipv6>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?<name>[^\s[\]:/]+)):(?<port>[0-9]{1,5})$/;
/** What the system says of an address that is not there. */
const NOWHERE = new Set(["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL", "ENETUNREACH", "EAFNOSUPPORT", "EINVAL"]);

/**
 * Reads the arguments, and runs a program until it ends or is interrupted. The status is 1 where something failed, and 2
 * where the arguments are wrong. `what` says what fails where an address is not there, such as "cannot listen on". `more` are the arguments
 * besides --addr, --count and --tcp.
 */
export async function main(what: string, program: (given: Arguments) => Promise<void>, more: More = {}): Promise<void> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.stdout.on("error", () => process.exit(0)); // nobody reads on
  let where = "";
  try {
    const given = { ...readArguments(more), signal: interrupted.signal };
    where = hostPort({ address: given.host, port: given.port });
    await program(given);
  } catch (error) {
    if (interrupted.signal.aborted) return;
    const { code, message } = error as NodeJS.ErrnoException;
    const isNowhere = NOWHERE.has(code ?? "");
    console.error(isNowhere ? `${what} ${where}: ${code}` : message);
    process.exitCode = isNowhere || error instanceof WrongArgument ? 2 : 1;
  }
}

function readArguments(more: More): Omit<Arguments, "signal"> {
  const { addr, count, tcp, serve = false, key } = readOptions(more);
  const found = HOST_PORT.exec(addr)?.groups;
  const { ipv6, name, port } = found ?? {};
  if (Number(port ?? "65536") > 65_535 || (ipv6 !== undefined && !isIPv6(ipv6))) {
    throw new WrongArgument(`--addr ${addr} is not HOST:PORT, such as 127.0.0.1:50051, localhost:50051 or [::1]:50051`);
  }
  if (count !== undefined && !/^[0-9]+$/.test(count)) throw new WrongArgument(`--count ${count} is not a number`);
  if (key !== undefined && !/^[0-9a-f]{64}$/i.test(key)) throw new WrongArgument("--key is not 64 hexadecimal digits");
  const limit = count === undefined ? undefined : Number(count);
  const sealing = key === undefined ? undefined : Uint8Array.from(Buffer.from(key, "hex"));
  return { host: (ipv6 ?? name) as string, port: Number(port), count: limit, tcp, serve, key: sealing };
}

interface Options {
  readonly addr: string;
  readonly count?: string;
  readonly tcp: boolean;
  readonly serve?: boolean;
  readonly key?: string;
}

function readOptions(more: More): Options {
  const options = {
    addr: { type: "string", default: "127.0.0.1:50051" },
    count: { type: "string" },
    tcp: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ options: { ...options, ...more } }).values as unknown as Options;
  } catch (error) {
    throw new WrongArgument((error as Error).message);
  }
}
