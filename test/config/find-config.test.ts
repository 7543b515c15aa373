import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findConfig, listExamples, loadConfig } from "../../src/app/load-config.ts";
import { problemText } from "../../src/core/config/problem.ts";
import { toFault } from "../../src/core/fault.ts";

let root = "";
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "massgen-find-config-")));
  await mkdir(join(root, "docs"));
  await mkdir(join(root, "home", ".config", "massgen", "agents"), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const simulated = "agents:\n  - id: ada\n    backend: { type: simulated }\n";
const options = (): { cwd: string; env: Record<string, string> } => ({
  cwd: root,
  env: { HOME: join(root, "home") },
});

test("a name is a file, then one of the user's agents directory, with or without .yaml", async () => {
  const own = join(root, "home", ".config", "massgen", "agents", "mine.yaml");
  await writeFile(own, simulated);
  expect((await loadConfig("mine", options())).file).toBe(own);
  expect((await loadConfig("mine.yaml", options())).file).toBe(own);
  await writeFile(join(root, "mine.yaml"), simulated);
  expect((await loadConfig("mine.yaml", options())).file).toBe(join(root, "mine.yaml"));
  expect((await loadConfig("~/.config/massgen/agents/mine.yaml", options())).file).toBe(own);
  const elsewhere = { cwd: root, env: { HOME: "/nonexistent", XDG_CONFIG_HOME: join(root, "home", ".config") } };
  expect((await loadConfig("mine", elsewhere)).file).toBe(own);
});

test.each([
  ["nowhere.yaml", /There is no configuration "nowhere.yaml". Looked for:\n {2}.*nowhere.yaml\n/, /@examples\//],
  ["three-agent.yaml", /There is no configuration/, /Did you mean @examples\/basic\/three-agents\?/],
  ["@examples/basic/three_agents", /There is no example/, /Did you mean @examples\/basic\/three-agents\?/],
  ["@examples/single", /There is no example "single"/, /Did you mean @examples\/basic\/single\?/],
  ["@examples/", /There is no example ""/, /Examples: /],
  ["@examples/../package", /There is no example/, /./],
  ["docs", /docs is no YAML file by its name/, /\.yaml/],
  ["team.toml", /team.toml is no YAML file by its name/, /\.yaml, \.yml or \.json/],
  ["dir.yaml", /dir.yaml is not a file/, /Name a .yaml file/],
])("%s says where it looked and what to try", async (ref, message, hint) => {
  await writeFile(join(root, "team.toml"), "");
  await mkdir(join(root, "dir.yaml"), { recursive: true });
  const fault = toFault(await loadConfig(ref, options()).catch((error: unknown) => error));
  expect(fault).toMatchObject({ code: "config" });
  expect(fault.message).toMatch(message);
  expect(fault.hint).toMatch(hint);
});

test("without a name, a trusted folder's own configuration comes before the user's, and none is fine", async () => {
  const cwd = join(root, "project");
  const env = { HOME: join(root, "other-home") };
  expect(await findConfig({ cwd, env, trusted: true })).toBeUndefined();
  const own = join(root, "other-home", ".config", "massgen", "config.yaml");
  const folder = join(cwd, ".massgen", "config.yaml");
  await mkdir(join(own, ".."), { recursive: true });
  await mkdir(join(folder, ".."), { recursive: true });
  await writeFile(own, simulated);
  await writeFile(folder, simulated);
  expect(await findConfig({ cwd, env, trusted: false })).toBe(own);
  expect(await findConfig({ cwd, env, trusted: true })).toBe(folder);
});

test("every example has a title, is found by its name, and loads without a warning", async () => {
  const examples = await listExamples();
  expect(examples.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "basic/single",
      "basic/three-agents",
      "basic/mixed-providers",
      "interactive/lead-and-team",
    ]),
  );
  for (const { name, file, title } of examples) {
    expect(title, name).not.toBe("");
    const loaded = await loadConfig(`@examples/${name}`, options());
    expect(loaded.file).toBe(file);
    expect(loaded.problems.map((problem) => problemText(problem, name))).toEqual([]);
  }
});
