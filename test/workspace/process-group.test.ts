import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { childEnvironment } from "../../src/workspace/child-environment.ts";
import { runCommand, type CommandOptions, type CommandResult } from "../../src/workspace/process-group.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

async function run(
  shell: string,
  options: Partial<Pick<CommandOptions, "cwd" | "env" | "timeoutMs" | "maxOutputBytes" | "signal" | "onOutput">> = {},
): Promise<CommandResult> {
  return runCommand({
    shell,
    cwd: "/",
    env: childEnvironment(),
    timeoutMs: 10_000,
    maxOutputBytes: 10_000,
    signal: new AbortController().signal,
    ...options,
  });
}

/** A number of seconds that no other sleeper on this machine sleeps. */
function uniqueSleep(): string {
  return `1${Math.floor(Math.random() * 1e9)}.${Math.floor(Math.random() * 1e9)}`;
}

/** Processes, other than zombies, whose command line holds the text. */
async function alive(text: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
      return command.includes(text) && !command.includes("vitest") ? command : undefined;
    }),
  );
  return found.filter((command) => command !== undefined);
}

async function untilGone(text: string): Promise<void> {
  const until = performance.now() + 5000;
  while ((await alive(text)).length > 0) {
    if (performance.now() > until) throw new Error(`Still alive: ${(await alive(text)).join("; ")}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A program of its own that has `runCommand` and most of its options at hand. */
function startScript(body: string): ChildProcessByStdio<null, Readable, null> {
  const module = fileURLToPath(new URL("../../src/workspace/process-group.ts", import.meta.url));
  const script = `
    import { runCommand } from ${JSON.stringify(module)};
    const { signal } = new AbortController();
    const options = { cwd: "/", env: { PATH: process.env.PATH }, timeoutMs: 60000, maxOutputBytes: 1000, signal };
    ${body}`;
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("what a command leaves as its result", () => {
  test("a program that has nothing else to do waits for it", async () => {
    const program = startScript(
      `console.log((await runCommand({ ...options, shell: "echo out; sleep 0.1" })).output);`,
    );
    const lines: string[] = [];
    for await (const line of createInterface({ input: program.stdout })) lines.push(line);
    expect(lines[0]).toBe("out");
  });

  test("output of both streams, the exit code and the time", async () => {
    const result = await run("echo out; echo err >&2; exit 3");
    expect(result).toMatchObject({ exitCode: 3, signal: null, truncated: false, timedOut: false, flooded: false });
    expect(result.output.split("\n").sort()).toEqual(["", "err", "out"]);
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
  });

  test("a program with arguments runs without a shell", async () => {
    const base = { cwd: "/", env: childEnvironment(), timeoutMs: 5000, maxOutputBytes: 1000 };
    const { signal } = new AbortController();
    const { output } = await runCommand({ ...base, argv: ["printf", "%s", "$(id) `id` ; id"], signal });
    expect(output).toBe("$(id) `id` ; id");
  });

  test("there is no input to wait for", async () => {
    expect(await run("cat; echo done")).toMatchObject({ exitCode: 0, output: "done\n" });
  });

  test("it runs where it is told to", async () => {
    const directory = await tempDir();
    expect((await run("pwd", { cwd: directory })).output).toBe(`${directory}\n`);
  });

  test("the signal that ended it", async () => {
    expect(await run("kill -SEGV $$")).toMatchObject({ exitCode: null, signal: "SIGSEGV" });
  });

  test("text that arrives in pieces is shown as it comes, characters whole", async () => {
    const pieces: string[] = [];
    const { output } = await run(String.raw`printf '\xc3'; sleep 0.1; printf '\xa4!'`, {
      onOutput: (text) => pieces.push(text),
    });
    expect(output).toBe("ä!");
    expect(pieces.join("")).toBe("ä!");
  });

  test("a long output keeps its beginning and its end", async () => {
    const { output, truncated } = await run("seq 1 200000", { maxOutputBytes: 2000 });
    expect(truncated).toBe(true);
    expect(output.startsWith("1\n2\n3\n")).toBe(true);
    expect(output.endsWith("199999\n200000\n")).toBe(true);
    expect(output).toMatch(/\[… \d+ bytes left out …\]/);
    expect(Buffer.byteLength(output)).toBeLessThan(2100);
  });

  test("an output that is cut within a character shows no broken one", async () => {
    const { output } = await run("for i in $(seq 1000); do printf ä; done", { maxOutputBytes: 101 });
    expect(output).toMatch(/^ä+\n\[… \d+ bytes left out …\]\nä+$/);
  });

  test("50 MB of errors are read to their end, and little of them is kept", async () => {
    const { exitCode, truncated, output } = await run("head -c 50000000 /dev/zero >&2; echo the end");
    expect({ exitCode, truncated }).toEqual({ exitCode: 0, truncated: true });
    expect(output.endsWith("the end\n")).toBe(true);
    expect(Buffer.byteLength(output)).toBeLessThan(10_100);
  });

  test("a command that writes without end is stopped", async () => {
    expect(await run("yes")).toMatchObject({ exitCode: null, truncated: true, flooded: true, timedOut: false });
  });

  test("a directory that is not there, or a program that is not, is a failure that says so", async () => {
    const nowhere = await faultOf(run("true", { cwd: "/nowhere" }));
    expect(nowhere).toMatchObject({ code: "tool", message: expect.stringContaining("/nowhere") });
    const base = { cwd: "/", env: childEnvironment(), timeoutMs: 5000, maxOutputBytes: 1000 };
    const { signal } = new AbortController();
    expect((await faultOf(runCommand({ ...base, argv: ["no-such-program"], signal }))).message).toMatch(
      /^no-such-program could not be started/,
    );
    expect((await faultOf(run("echo \0"))).code).toBe("tool");
    expect((await faultOf(run(`: ${"x".repeat(4_000_000)}`))).code).toBe("tool");
  });
});

describe("what a command gets to see", () => {
  test("no keys, whatever our own environment holds", async () => {
    process.env["OPENAI_API_KEY"] = "sk-secret-1";
    process.env["MY_DATABASE_PASSWORD"] = "secret-2";
    process.env["NODE_OPTIONS_TEST"] = "secret-3";
    onTestFinished(() => {
      for (const name of ["OPENAI_API_KEY", "MY_DATABASE_PASSWORD", "NODE_OPTIONS_TEST"]) delete process.env[name];
    });
    const { output } = await run("env");
    expect(output).toContain("PATH=");
    expect(output).not.toMatch(/secret|API_KEY|PASSWORD/);
  });

  test("what is added on purpose, and how deep it is nested", async () => {
    const before = process.env["MASSGEN_DEPTH"];
    process.env["MASSGEN_DEPTH"] = "1";
    onTestFinished(() => {
      if (before === undefined) delete process.env["MASSGEN_DEPTH"];
      else process.env["MASSGEN_DEPTH"] = before;
    });
    const { output } = await run("echo $MASSGEN_DEPTH $EXTRA", { env: childEnvironment({ EXTRA: "yes" }) });
    expect(output).toBe("1 yes\n");
  });

  test("no relative entry of PATH, which would run what lies in the agent's directory", () => {
    const before = process.env["PATH"] ?? "";
    process.env["PATH"] = `.:node_modules/.bin::/usr/bin:${before}`;
    onTestFinished(() => {
      process.env["PATH"] = before;
    });
    expect(childEnvironment()["PATH"]?.startsWith("/usr/bin:")).toBe(true);
  });
});

describe.runIf(process.platform === "linux")("nothing is left", () => {
  test("after the command has ended, of what it put into the background", async () => {
    const seconds = uniqueSleep();
    const sleep = `sleep ${seconds}`;
    const result = await run(
      `${sleep} & nohup ${sleep} & (${sleep} &) ; env -i "$(command -v sleep)" ${seconds} & echo done`,
    );
    expect(result).toMatchObject({ exitCode: 0, output: "done\n" });
    await untilGone(sleep);
  });

  test("of a daemon that left the group", async () => {
    const sleep = `sleep ${uniqueSleep()}`;
    expect((await run(`setsid ${sleep} & sleep 0.2; echo done`)).output).toBe("done\n");
    await untilGone(sleep);
  });

  test("after a timeout, not even of those who ignore the request", async () => {
    const sleep = `sleep ${uniqueSleep()}`;
    const result = await run(`echo begun; (trap '' TERM; ${sleep}; ${sleep}) & ${sleep} & ${sleep}`, {
      timeoutMs: 300,
    });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, output: "begun\n" });
    await untilGone(sleep);
  });

  test("of a shell that refuses to end: it is killed two seconds later", async () => {
    const result = await run("trap '' TERM; while true; do sleep 0.05; done", { timeoutMs: 100 });
    expect(result).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    expect(result.durationMs).toBeGreaterThan(2000);
  });

  test("after an interruption, which is reported as such", async () => {
    const sleep = `sleep ${uniqueSleep()}`;
    const controller = new AbortController();
    const running = run(`echo begun; ${sleep} & ${sleep}`, {
      signal: controller.signal,
      onOutput: () => controller.abort(new Error("stop it")),
    });
    await expect(running).rejects.toThrow("stop it");
    await untilGone(sleep);
    await expect(run(`echo never`, { signal: controller.signal })).rejects.toThrow("stop it");
  });

  test("when this program itself is killed", async () => {
    const sleep = `sleep ${uniqueSleep()}`;
    const parent = startScript(`
      const shell = ${JSON.stringify(`${sleep} & setsid ${sleep} & sleep 0.2; echo begun; ${sleep}`)};
      await runCommand({ ...options, shell, onOutput: () => console.log("begun") });`);
    for await (const line of createInterface({ input: parent.stdout })) if (line === "begun") break;
    expect((await alive(`${sleep} `)).length).toBeGreaterThanOrEqual(3);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await untilGone(sleep);
  });
});
