import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listSessions } from "../../projects/sessions.ts";
import { FaultError } from "../../src/core/fault.ts";
import { directory, openRealChat, type RealChat } from "./real-chat.ts";

/** Resolves when the session is saved again, or is not any more. */
function untilSaving(chat: RealChat, well: boolean): Promise<void> {
  const { saving } = chat.frontEnd;
  return new Promise((resolve) => {
    const look = (): void => {
      if ((saving.get() === undefined) !== well) return;
      stop();
      resolve();
    };
    const stop = saving.subscribe(look);
    look();
  });
}

test("a session that cannot be saved says so at once, and is saved by itself as soon as that is possible", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  // A file where the folder of the projects should be: whoever may do everything is stopped by this, too.
  writeFileSync(join(cwd, "workspace"), "");
  await chat.say("Hello there");
  await untilSaving(chat, false);
  expect(chat.frontEnd.saving.get()).toMatchObject({ code: "disk", message: expect.stringContaining("ENOTDIR") });
  rmSync(join(cwd, "workspace"));
  await untilSaving(chat, true);
  await chat.leave();
  expect(await listSessions(cwd)).toMatchObject([{ title: "Hello there", turns: 1 }]);
});

test("what could not be saved by the end is put elsewhere, and the error says how to bring it back", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  const [saved] = await listSessions(cwd);
  const journal = saved?.path ?? "";
  const whole = readFileSync(journal, "utf8");
  rmSync(dirname(journal), { recursive: true });
  writeFileSync(dirname(journal), "");
  await chat.say("Who are you?");
  await untilSaving(chat, false);
  const error = await chat.leave().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FaultError);
  const { hint = "" } = (error as FaultError).fault;
  const [, copy = ""] = /cat (\S+) >>/.exec(hint) ?? [];
  onTestFinished(() => rmSync(copy, { force: true }));
  expect(existsSync(copy)).toBe(true);
  rmSync(dirname(journal));
  mkdirSync(dirname(journal));
  writeFileSync(journal, whole + readFileSync(copy, "utf8"));
  chmodSync(journal, 0o600);
  const again = await openRealChat(cwd, { resume: "latest", quiet: true });
  expect(again.frontEnd.chat.get().items.map(({ kind }) => kind)).toEqual(["user", "lead", "user", "lead"]);
});
