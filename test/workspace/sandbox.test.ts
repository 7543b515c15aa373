import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, onTestFinished } from "vitest";
import { findSandbox, openSandbox } from "../../src/workspace/sandbox.ts";
import { seatbeltProfile } from "../../src/workspace/seatbelt.ts";
import { canShutIn, CAPABILITY, listener, picture, sandboxScene, SECRET } from "./sandbox-scene.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

/** What a command could do to people, all of it at once; $PORT is somebody's server, $PID somebody's process. */
const ATTACKS: Readonly<Record<string, readonly string[]>> = {
  "read what is not granted": [
    "cat $BASE/outside/secret.txt",
    "cat $PWD/../../../outside/secret.txt",
    "cat $HOME/.ssh/id_ed25519",
    "cat ~/notes.txt",
    "grep -r CANARY $HOME",
    "cat $HOME/.config/massgen/.env",
    "cat $OTHER/plan.txt",
    "ls -la $(dirname $OTHER)/*/; cat $(dirname $OTHER)/*/plan.txt",
    "cat $BASE/project/.env",
    "cat $BASE/project/app/.env.local",
    "cat $BASE/project/.massgen/config.yaml",
    "cat $BASE/writable/.env",
    "cat $BASE/project/link.txt",
    "ln -s $BASE/outside/secret.txt here; cat here",
    "ln $BASE/outside/secret.txt here; cat here",
    "cp -rL $BASE . ; grep -r CANARY .",
    "tar c $BASE | cat -v",
    "find / -name '*.txt' -exec cat {} + 2>/dev/null",
    "cat /proc/*/environ | tr '\\0' '\\n' | grep CANARY",
    "cat /proc/$PID/environ",
    "cat /proc/$PID/root$BASE/outside/secret.txt",
    "cat /proc/1/root$BASE/outside/secret.txt",
    "cat /proc/self/cwd/../../../outside/secret.txt",
    "cd /proc/1/cwd; cat outside/secret.txt",
    "for fd in /proc/*/fd/*; do timeout 0.1 head -c 200 $fd; done",
    "cat /etc/shadow | grep 'root:' && echo CANARY",
    "mount --bind / /mnt; cat /mnt$BASE/outside/secret.txt",
    "unshare -Urm sh -c 'umount -l $HOME; cat $HOME/.ssh/id_ed25519'",
    "umount $HOME; cat $HOME/.ssh/id_ed25519",
    "chroot /proc/1/root cat $BASE/outside/secret.txt",
    "nsenter -t 1 -a cat $BASE/outside/secret.txt",
    "cat /dev/mem /dev/sda /dev/vda /proc/kcore | head -c 1000000 | grep -a CANARY",
  ],
  "write where it may not": [
    "echo pwned > $BASE/outside/canary.txt",
    "echo pwned >> $PWD/../../../outside/canary.txt",
    "rm -rf $BASE/outside",
    "mv $BASE/outside $BASE/gone",
    "ln -s $BASE/outside/canary.txt here; echo pwned > here",
    "echo pwned > $BASE/project/guide.md",
    "rm -f $BASE/project/guide.md",
    "chmod 777 $BASE/project/guide.md; echo pwned > $BASE/project/guide.md",
    "echo pwned > $BASE/project/.git/hooks/pre-commit",
    "echo pwned > $BASE/writable/.git/hooks/pre-commit",
    "echo pwned > $BASE/writable/.git/config",
    "git -C $BASE/writable config core.fsmonitor pwned",
    "rm -rf $BASE/writable/.git",
    "mv $BASE/writable/.git $BASE/writable/git",
    "echo pwned > $SNAPSHOTS/agent2.1/answer.md",
    "rm -rf $SNAPSHOTS/*",
    "echo pwned > $OTHER/plan.txt",
    "mkdir -p $HOME/.config/autostart && echo pwned > $HOME/.bashrc",
    "echo pwned > /etc/profile.d/pwned.sh",
    "echo pwned > /usr/local/bin/pwned",
    "echo pwned > /tmp/massgen-test-pwned",
    "echo pwned > /proc/sys/kernel/core_pattern",
    "mount -o remount,rw /usr; echo pwned > /usr/pwned",
    "dd if=/dev/zero of=$BASE/outside/canary.txt",
    "find $BASE -name canary.txt -fprintf $BASE/outside/canary.txt pwned",
    "sed -i s/untouched/pwned/ $BASE/outside/canary.txt",
    "tar cf $BASE/outside/canary.txt own.txt",
  ],
  "talk to the network": [
    "exec 9<>/dev/tcp/127.0.0.1/$PORT; echo GET / >&9",
    "curl -s -m 2 http://127.0.0.1:$PORT/$(cat own.txt)",
    "node -e \"fetch('http://127.0.0.1:$PORT')\"",
    "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:$PORT')\"",
    "perl -MIO::Socket -e \"IO::Socket::INET->new('127.0.0.1:$PORT')\"",
    "http_proxy= wget -q -T 2 http://127.0.0.1:$PORT",
    "ip link set lo up; curl -s -m 2 http://127.0.0.1:$PORT",
  ],
  "reach other processes": ["kill -9 $PID", "kill -9 -1", "pkill -9 sleep; killall -9 sleep node", "kill -STOP $PID"],
};

describe.skipIf(!canShutIn)(`a command in the sandbox${CAPABILITY}`, () => {
  for (const [what, commands] of Object.entries(ATTACKS)) {
    test(`cannot ${what}: ${commands.length} ways`, async () => {
      const { base, files, run } = await sandboxScene();
      const { port, visits } = await listener();
      const somebody = spawn("sleep", ["300"], { stdio: "ignore" });
      onTestFinished(() => void somebody.kill("SIGKILL"));
      const before = await picture({ base, files });
      await Promise.all(
        commands.map(async (command) => {
          const { output } = await run(`echo begun; PORT=${port}; PID=${somebody.pid}; ${command}`);
          expect(output, command).toMatch(/^begun\n/);
          expect(output, command).not.toContain("CANARY");
        }),
      );
      expect(await picture({ base, files })).toEqual(before);
      expect(visits()).toBe(0);
      expect(somebody.exitCode ?? somebody.signalCode, "somebody else's process lives").toBeNull();
      expect(await readFile(`/proc/${somebody.pid}/stat`, "utf8")).toMatch(/\) S /);
      expect(await readFile(join(files.root, "own.txt"), "utf8")).toBe("mine\n");
    });
  }

  test("reads what is granted, writes to its own directory, and finds its programs", async () => {
    const { base, files, run } = await sandboxScene();
    const { output, exitCode } = await run(
      "cat own.txt $BASE/project/guide.md $SNAPSHOTS/agent2.1/answer.md && echo made > new.txt && echo more >> $BASE/writable/notes.md" +
        " && git --version >&2 && node -p 1+1 && mktemp >&2 && touch ~/cache && ls ~ && exit 7",
    );
    expect(output).toContain("mine\na guide\nan answer\n");
    expect(output).toMatch(/^2\n.*^cache\n/ms);
    expect(exitCode).toBe(7);
    expect(await readFile(join(files.root, "new.txt"), "utf8")).toBe("made\n");
    expect(await readFile(join(base, "writable/notes.md"), "utf8")).toBe("notes\nmore\n");
  });

  test("a grant as wide as home does not reach what programs keep secret there", async () => {
    const { base, files } = await sandboxScene();
    const { sandbox } = await openSandbox({ mode: "require", allowedHosts: [] });
    const home = { ...files, grants: [...files.grants, { path: join(base, "home"), permission: "read" as const }] };
    const { around } = (await sandbox?.enclose(home)) ?? {};
    const [program = "", ...args] = around?.(["sh", "-c", "cat ~/notes.txt ~/.ssh/* ~/.config/massgen/.env"]) ?? [];
    const seen: string[] = [];
    const child = spawn(program, args);
    child.stdout.setEncoding("utf8").on("data", (text: string) => seen.push(text));
    await new Promise((resolve) => child.on("close", resolve));
    expect(seen.join("")).toBe(SECRET); // the notes, once
  });

  test("reaches the hosts that are named, at their ports, and no others", async () => {
    const [wanted, other] = [await listener(), await listener()];
    const { run } = await sandboxScene([`localhost:${wanted.port}`]);
    const get = (port: number, host: string): string =>
      `curl -s -m 5 -o out -w '%{http_code}\\n' http://${host}:${port}/; cat out`;
    expect((await run(get(wanted.port, "localhost"))).output).toBe("200\nhello from outside\n");
    expect((await run(`curl -s -m 5 -p http://localhost:${wanted.port}/`)).output).toBe("hello from outside\n");
    expect((await run(get(other.port, "localhost"))).output).toMatch(/^403\nmassgen: localhost:\d+ is not in sandbox_/);
    expect((await run(`curl -s -m 5 -p http://localhost:${other.port}/`)).exitCode).not.toBe(0);
    expect((await run(`curl -s -m 5 --noproxy '*' http://127.0.0.1:${other.port}/`)).exitCode).not.toBe(0);
    expect((await run("exit 9")).exitCode).toBe(9);
    expect(other.visits()).toBe(0);
  });
});

test("where there is no sandbox, auto says that commands are asked for, and require refuses with what to install", async () => {
  const empty = await tempDir();
  expect(await findSandbox("linux", empty)).toMatchObject({ missing: expect.stringContaining("bwrap") as string });
  expect(await findSandbox("win32", empty)).toMatchObject({ missing: "there is no sandbox for win32" });
  expect(await openSandbox({ mode: "off", allowedHosts: [] })).toMatchObject({ sandbox: undefined });
  expect(await openSandbox({ mode: "auto", allowedHosts: [] }, empty)).toMatchObject({
    unconfined: expect.stringContaining("bwrap") as string,
    notice: expect.stringMatching(/each needs your yes, or a rule .* sandbox: off/) as string,
  });
  const fault = await faultOf(openSandbox({ mode: "require", allowedHosts: [] }, empty));
  expect(fault).toMatchObject({ code: "config", hint: expect.stringContaining("sandbox: auto") as string });
});

test("the profile for macOS denies by default, and names paths that cannot break out of it", () => {
  const profile = seatbeltProfile(
    [
      { path: "/Users/u", as: "scratch" },
      { path: '/Users/u/a"b\\c', as: "write" },
      { path: "/Users/u/a/.env", as: "hidden file" },
    ],
    4242,
  );
  expect(profile.split("\n").slice(0, 2)).toEqual(["(version 1)", "(deny default)"]);
  expect(profile.split("\n").slice(-4)).toEqual([
    '(deny file-read-data file-write* (subpath "/Users/u"))',
    String.raw`(allow file-read* file-write* (subpath "/Users/u/a\"b\\c"))`,
    '(deny file-read-data file-write* (subpath "/Users/u/a/.env"))',
    '(allow network-outbound (remote ip "localhost:4242"))',
  ]);
});
