import { trustFacts } from "../../components/trust/trust-rows.ts";
import type { TrustPage } from "../core/trust.ts";
import { writeOut } from "./output.ts";
import { printRows } from "./plain-rows.ts";

const COLUMNS = 100;

/** Asks in lines what a folder wants. Only a yes is one; undefined: the input ended, the user left. */
export async function askTrustInLines(page: TrustPage): Promise<boolean | undefined> {
  printRows(trustFacts(page, COLUMNS));
  writeOut("Type yes to use them until they change. Anything else, or just Enter, leaves them out.\n");
  const line = await nextLine(process.stdin);
  if (line === undefined) return undefined;
  const yes = /^\s*y(es)?\s*$/i.test(line);
  writeOut(yes ? "They are used.\n" : "They are left out.\n");
  return yes;
}

/** One line and not a byte more: what was typed ahead is for whoever reads next. Undefined at the end of the input. */
async function nextLine(stdin: NodeJS.ReadStream): Promise<string | undefined> {
  let text = "";
  return new Promise((resolve) => {
    const done = (line: string | undefined): void => {
      stdin.off("readable", look);
      stdin.off("end", ended);
      resolve(line);
    };
    const ended = (): void => done(text === "" ? undefined : text);
    const look = (): void => {
      for (;;) {
        const chunk = stdin.read() as Buffer | string | null;
        if (chunk === null) return;
        text += typeof chunk === "string" ? chunk : chunk.toString("utf8");
        const end = text.search(/[\r\n]/);
        if (end < 0) continue;
        const rest = text.slice(end).replace(/^\r?\n|^\r/, "");
        if (rest !== "") stdin.unshift(Buffer.from(rest));
        return done(text.slice(0, end));
      }
    };
    stdin.on("readable", look);
    stdin.on("end", ended);
    look();
  });
}
