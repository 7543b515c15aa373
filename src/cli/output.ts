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

function write(fd: number, text: string): void {
  secrets ??= createRedactor(namedSecrets(process.env));
  let rest = Buffer.from(plain(secrets.text(text)));
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") continue; // a slow reader of a pipe
      return;
    }
  }
}
