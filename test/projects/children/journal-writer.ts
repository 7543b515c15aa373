// Writes numbered lines for ever, and prints each number once its line is on disk.
import { openJournal } from "../../../projects/journal.ts";

const [path = "", from = "0", padding = "40"] = process.argv.slice(2);
const journal = openJournal<{ type: string; n: number; pad: string }>(path, "run");
for (let n = Number(from); ; n++) {
  journal.append({ type: "line", n, pad: "x".repeat(Number(padding)) });
  try {
    await journal.sync();
  } catch (error) {
    process.stdout.write(`failed ${String(error)}\n`);
    break;
  }
  process.stdout.write(`${n}\n`);
}
