import { crc32 } from "node:zlib";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";

export type JournalKind = "run" | "chat";

const VERSION = 1;
const CRC = ',"crc":';
const NEWLINE = 0x0a;

const Header = z.object({ massgen: z.enum(["run", "chat"]), version: z.int().positive(), created: z.string() });
type Header = z.infer<typeof Header>;

export function headerLine(kind: JournalKind): string {
  const header: Header = { massgen: kind, version: VERSION, created: new Date().toISOString() };
  return `${JSON.stringify(header)}\n`;
}

/** A line's text with its checksum as the last member. `line` is a JSON object with at least one member. */
export function seal(line: object): string {
  const text = JSON.stringify(line);
  return `${text.slice(0, -1)}${CRC}${crc32(text)}}\n`;
}

/** The value of a sealed line (without newline and checksum), or undefined when its text is not what was sealed. */
export function unseal(text: string): unknown {
  const cut = text.lastIndexOf(CRC);
  if (cut < 0 || !text.endsWith("}")) return undefined;
  const body = `${text.slice(0, cut)}}`;
  if (String(crc32(body)) !== text.slice(cut + CRC.length, -1)) return undefined;
  return parse(body);
}

/** The part of a journal that can be trusted: bytes [0, end). `newline`: the last good line lacks only its line end. */
export type Extent = { readonly end: number; readonly newline: boolean };

/** What follows was being written when the process or the machine died: an unfinished line, or a last one that is damaged. */
export function goodExtent(bytes: Buffer): Extent {
  const lastLine = bytes.lastIndexOf(NEWLINE) + 1;
  if (lastLine < bytes.length && isWhole(bytes.subarray(lastLine), lastLine === 0)) {
    return { end: bytes.length, newline: true };
  }
  if (lastLine <= 1) return { end: lastLine, newline: false };
  const start = bytes.subarray(0, lastLine - 1).lastIndexOf(NEWLINE) + 1;
  const whole = start === 0 || isWhole(bytes.subarray(start, lastLine - 1), false);
  return { end: whole ? lastLine : start, newline: false };
}

/** Checks the first line of `bytes` (a journal's good extent). Throws FaultError when it is not such a journal's. */
export function readHeader(bytes: Buffer, path: string, kind: JournalKind): Header {
  const end = bytes.indexOf(NEWLINE);
  const header = Header.safeParse(parse(bytes.toString("utf8", 0, end < 0 ? bytes.length : end)));
  if (!header.success) {
    throw new FaultError({
      code: "disk",
      message: `${path}:1 is not the first line of a journal`,
      hint: "Move the file away if it is not massgen's; otherwise restore it from a copy.",
    });
  }
  if (header.data.massgen !== kind) {
    throw new FaultError({
      code: "disk",
      message: `${path} is the journal of a ${header.data.massgen}, not of a ${kind}`,
      hint: "Put it back where it came from.",
    });
  }
  if (header.data.version > VERSION) {
    throw new FaultError({
      code: "disk",
      message: `${path} was written by a newer massgen (journal version ${header.data.version}, this one knows ${VERSION})`,
      hint: "Update massgen: npm install -g massgen@latest",
    });
  }
  return header.data;
}

/** Whether `bytes` may be the start of a header that was never finished. */
export function isTornHeader(bytes: Buffer): boolean {
  const start = '{"massgen":"';
  const text = bytes.toString("utf8", 0, start.length);
  return start.startsWith(text) || bytes.every((byte) => byte === 0);
}

/** `UPCASTS[n]` turns a line of version n into one of version n + 1. */
const UPCASTS: Readonly<Record<number, (line: unknown) => unknown>> = {};

/** A line of an older version as this version would have written it. */
export function upcast(line: unknown, version: number): unknown {
  let current = line;
  for (let from = version; from < VERSION; from++) current = UPCASTS[from]?.(current) ?? current;
  return current;
}

function isWhole(bytes: Buffer, first: boolean): boolean {
  const text = bytes.toString("utf8");
  if (first) return Header.safeParse(parse(text)).success;
  return text === "" || unseal(text) !== undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
