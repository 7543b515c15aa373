// Takes a lock again and again, and checks that nobody else is inside. Dies inside when told to.
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../../projects/lock.ts";

const [dir = "", rounds = "0", dieAt = "-1"] = process.argv.slice(2);
for (let round = 0; round < Number(rounds); round++) {
  const me = `${process.pid}:${round}`;
  await withLock(join(dir, "lock"), async () => {
    await writeFile(join(dir, "inside"), me);
    if (round === Number(dieAt)) process.kill(process.pid, "SIGKILL");
    await sleep(1);
    const inside = await readFile(join(dir, "inside"), "utf8");
    await appendFile(join(dir, "log"), inside === me ? "alone\n" : `${me} met ${inside}\n`);
  });
}
