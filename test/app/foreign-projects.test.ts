import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../../projects/open.ts";
import { claimIfNew, foreignProjects } from "../../src/app/own-projects.ts";
import { answerTrust, folderTrust, revokeTrust, trustQuestion } from "../../src/app/trust.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";

async function scene(files: Readonly<Record<string, string>>) {
  const base = await tempDir();
  const [folder, env] = [join(base, "folder"), { XDG_CONFIG_HOME: join(base, "xdg") }];
  await mkdir(folder);
  const inProjects = (more: Readonly<Record<string, string>>): Promise<void> =>
    writeFiles(join(folder, "workspace/projects"), more);
  await inProjects(files);
  return {
    folder,
    env,
    inProjects,
    asked: async () => (await trustQuestion(folder, env))?.items.map(({ name }) => name),
    foreign: async () => (await foreignProjects(folder, env)).map(({ name }) => name),
    answer: async (yes: boolean) => {
      const page = await trustQuestion(folder, env);
      if (page === undefined) throw new Error("Nothing is asked");
      await answerTrust(page, yes, env);
    },
  };
}

const RUN = "work/runs/run-0001-abcdef/run_description.json";

test.each([
  ["what it remembers", { "work/CONTEXT.md": "# work\n" }, "work/CONTEXT.md"],
  ["a plan", { "work/plan.json": "{}" }, "work/plan.json"],
  ["deliverables", { "work/deliverables/index.json": "[]" }, "work/deliverables/index.json"],
  ["runs", { [RUN]: "{}" }, RUN],
])("a project that came with nothing but %s is asked about, once", async (_, files, name) => {
  const { asked, foreign, answer, inProjects } = await scene(files);
  expect(await asked()).toEqual([`workspace/projects/${name}`]);
  expect(await foreign()).toEqual(["work"]);
  await answer(true);
  expect([await asked(), await foreign()]).toEqual([undefined, []]);
  await inProjects({ [name]: "changed by the next run" });
  expect([await asked(), await foreign()]).toEqual([undefined, []]);
});

test("a no leaves it out, without being asked again", async () => {
  const { asked, foreign, answer } = await scene({ [RUN]: "{}" });
  await answer(false);
  expect([await asked(), await foreign()]).toEqual([undefined, ["work"]]);
});

test("a project in which there is nothing to read needs no consent, and is the user's own once it is opened", async () => {
  const { asked, foreign, folder, env, inProjects } = await scene({ "work/filepaths.json": "[]" });
  expect([await asked(), await foreign()]).toEqual([undefined, []]);
  await claimIfNew(await openProject(folder, "work"), env);
  await inProjects({ "work/CONTEXT.md": "# work\n" });
  expect([await asked(), await foreign()]).toEqual([undefined, []]);
});

test("what was agreed to can be taken back, files and projects; a project begun here stays the user's", async () => {
  const { asked, foreign, answer, folder, env, inProjects } = await scene({ "work/CONTEXT.md": "# work\n" });
  await claimIfNew(await openProject(folder, "mine"), env);
  await inProjects({ "mine/CONTEXT.md": "# mine\n" });
  await writeFiles(folder, { "AGENTS.md": "Be brief.\n" });
  await answer(true);
  // A later yes to something else takes nothing of the first one away.
  await writeFiles(folder, { "AGENTS.md": "Be briefer.\n" });
  await answer(true);
  expect(await foreign()).toEqual([]);

  const { items } = await revokeTrust(folder, env);
  expect(items.map(({ name }) => name)).toEqual(["AGENTS.md", "workspace/projects/work/CONTEXT.md"]);
  expect(await foreign()).toEqual(["work"]);
  expect((await folderTrust(folder, env)).state).toBe("declined");
  expect(await asked()).toBeUndefined();
  await inProjects({ "work/CONTEXT.md": "# work\n\nSomething else.\n" });
  expect(await asked()).toEqual(["AGENTS.md", "workspace/projects/work/CONTEXT.md"]);
});
