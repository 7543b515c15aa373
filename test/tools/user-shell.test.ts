import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHELL } from "../../src/core/chat/user-tools.ts";
import { runCall, type ToolOutcome } from "../../src/core/tool.ts";
import { userShell, type UserShell } from "../../src/tools/user-shell.ts";

let cwd: string;
let shell: UserShell;
beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "massgen-shell-")));
  shell = userShell(cwd, { PATH: process.env["PATH"], GREETING: "hello", UNSET: undefined });
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function run(command: string, progress: (text: string) => void = () => {}): Promise<ToolOutcome> {
  const call = { id: "1", name: SHELL, input: { command } };
  return runCall([shell.tool], call, { signal: new AbortController().signal, progress });
}

test("runs in the directory and the environment of the user, and says how it ended", async () => {
  const { output, failed } = await run("pwd; echo $GREETING; echo oops >&2");
  expect(output).toMatch(new RegExp(`^${cwd}\nhello\noops\n\\[exit code 0 after .*\\]$`));
  expect(failed).toBe(false);
});

test.each([
  ["exit 3", /^\[exit code 3 after .*\]$/],
  ["kill -9 $$", /^\[ended by SIGKILL after .*\]$/],
  ["nosuchprogram", /nosuchprogram.*\n\[exit code 127 after/],
])("%s has failed", async (command, output) => {
  expect(await run(command)).toEqual({ output: expect.stringMatching(output) as string, failed: true });
});

test("stopping it keeps what it has written, and the next one runs", async () => {
  const { output, failed } = await run("echo begun; sleep 60", (text) => {
    if (text.includes("begun")) shell.stop();
  });
  expect(output).toMatch(/^begun\n\[stopped by the user after .*\]$/);
  expect(failed).toBe(true);
  expect((await run("echo again")).output).toMatch(/^again\n/);
});

test("of an endless output the end is shown while it runs, and both ends are kept", async () => {
  const seen: string[] = [];
  const { output } = await run("seq 1 100000", (text) => void seen.push(text));
  expect(output.length).toBeLessThan(60_000);
  expect(output).toMatch(/^1\n2\n[^]*bytes left out[^]*\n100000\n\[exit/);
  expect(Math.max(...seen.map((text) => text.length))).toBeLessThanOrEqual(2000);
  expect(seen.at(-1)).toMatch(/100000\n$/);
});
