import { writeSync } from "node:fs";
import { faultText, type Fault } from "../core/fault.ts";
import { createRedactor, type Redactor } from "../core/redact.ts";
import { namedSecrets } from "../core/secret-names.ts";
import { plain, printableJson } from "../core/terminal-safe.ts";

/** Makes text safe and writes it at once, so that nothing is lost when the program ends. A reader that has gone away does not stop a paid run. */
export function writeOut(text: string): void {
  write(1, text);
}

export function writeError(text: string): void {
  write(2, text);
}

export function printJson(value: unknown): void {
  writeOut(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** "✖ what went wrong", with what to do about it below. */
export function reportFault(fault: Fault): void {
  const [first = "", ...rest] = plain(faultText(fault)).split("\n");
  writeError([`✖ ${first}`, ...rest.map((line) => `  ${line}`)].join("\n").concat("\n"));
}

let secrets: Redactor | undefined;
let lost: Fault | undefined;

/** Why a part of the output is missing, a full disk say. A reader that did not want the rest is no reason. */
export function lostOutput(): Fault | undefined {
  return lost;
}

/** How long to wait for a slow reader of a pipe before it is tried again. */
const SLOW_READER_MS = 2;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

function write(fd: number, text: string): void {
  secrets ??= createRedactor(namedSecrets(process.env));
  let rest = Buffer.from(plain(secrets.text(text)));
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") {
        Atomics.wait(PAUSE, 0, 0, SLOW_READER_MS);
        continue;
      }
      if (fd === 1 && code !== "EPIPE" && code !== "EBADF") lost ??= notWritten(message);
      return;
    }
  }
}

function notWritten(reason: string): Fault {
  return {
    code: "disk",
    message: `The output could not be written: ${reason}`,
    hint: "Make room, or write it somewhere else. Runs of this directory are kept: massgen runs.",
  };
}
