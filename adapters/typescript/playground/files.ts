/** What a person drops or chooses. */
import { InputError } from "./bytes.js";
import { fromText } from "./pasted.js";

const MOST_INPUT_BYTES = 64 * 1024 * 1024;
const MOST_TEXT_BYTES = 400_000;
const UTF16 = [
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
] as const;
const CONVERT = "let editcap write a pcapng file of it, and drop that";
/** How files begin in which captures come and which are not read -> what they are, and what to do. */
const UNREAD: readonly (readonly [readonly number[], string])[] = [
  [[0x1f, 0x8b], "is compressed: unpack it, such as with gunzip"],
  [[0x28, 0xb5, 0x2f, 0xfd], "is compressed with zstd: unpack it, such as with zstd -d"],
  [[0xfd, 0x37, 0x7a, 0x58], "is compressed with xz: unpack it, such as with xz -dk"],
  [[0x42, 0x5a, 0x68], "is compressed with bzip2: unpack it, such as with bunzip2 -k"],
  [[0x04, 0x22, 0x4d, 0x18], "is compressed with lz4: unpack it, such as with lz4 -d"],
  [[0x50, 0x4b, 3, 4], "is a ZIP archive: unpack it first"],
  [[0x73, 0x6e, 0x6f, 0x6f, 0x70], `is a capture of snoop: ${CONVERT}`],
  [[0x47, 0x4d, 0x42, 0x55], `is a capture of Network Monitor: ${CONVERT}`],
  [[0x34, 0xcd, 0xb2, 0xa1], `is a modified pcap file: ${CONVERT}`],
  [[0xa1, 0xb2, 0xcd, 0x34], `is a modified pcap file: ${CONVERT}`],
];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte);

/** The bytes of a file; one that holds nothing but text which spells bytes is read as these. */
export async function fromFile(file: Blob): Promise<Uint8Array> {
  if (file.size > MOST_INPUT_BYTES) throw new InputError(`the file has more than ${MOST_INPUT_BYTES >> 20} MiB`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [, unread] = UNREAD.find(([magic]) => begins(bytes, magic)) ?? [];
  if (unread !== undefined) throw new InputError(`the file ${unread}`);
  const text = textIn(bytes);
  return text === undefined ? bytes : fromText(text);
}

/** The text of a file that is printable from its beginning to its end, which no frame is. */
function textIn(bytes: Uint8Array): string | undefined {
  if (bytes.length > MOST_TEXT_BYTES) return undefined;
  const [encoding] = UTF16.find(([, mark]) => begins(bytes, mark)) ?? ["utf-8"];
  const text = new TextDecoder(encoding).decode(bytes);
  return text.trim() !== "" && /^[\t\n\r\x20-\x7e]*$/.test(text) ? text : undefined;
}
