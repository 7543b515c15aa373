import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sessionDir } from "../../projects/layout.ts";
import { startTask } from "../../src/app/run-task.ts";
import { toFault } from "../../src/core/fault.ts";
import { imageLabel } from "../../src/core/image.ts";
import { type ModelScript, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { imageOf, pngOf } from "../helpers/pictures.ts";
import { directory, openRealChat } from "./real-chat.ts";

const bytes = pngOf(40, 30);
const data = bytes.toString("base64");
const label = imageLabel(imageOf(bytes, "Image 1", [40, 30]));

/** A directory with a picture, and a team whose models are the script. */
async function scene(script: ModelScript): Promise<{ cwd: string; requests: readonly SeenRequest[] }> {
  const server = await startModelServer(script);
  onTestFinished(() => server.close());
  const cwd = await directory();
  const backend = `{type: chatcompletion, model: seer-1, base_url: "${server.baseUrl("chatcompletion")}", api_key: k}`;
  const lead = "orchestrator: {interactive_mode: {require_approval: false}}";
  await writeFile(join(cwd, "team.yaml"), `agents:\n  - {id: ada, backend: ${backend}}\n${lead}\n`);
  await mkdir(join(cwd, "docs"));
  await writeFile(join(cwd, "docs", "mock.png"), bytes);
  return { cwd, requests: server.requests };
}

const shows = ({ body }: Pick<SeenRequest, "body">): boolean => JSON.stringify(body).includes(data);
const said = ({ messages }: SeenRequest): string => messages.map(({ text }) => text).join("\n");

test("a mentioned image is shown to the lead, is kept beside the journal, and is there after a resume", async () => {
  const { cwd, requests } = await scene(() => ({ text: "A grey one." }));
  const chat = await openRealChat(cwd);
  const state = await chat.say("What is @docs/mock.png, please?");
  const text = `What is @docs/mock.png ${label}, please?`;
  expect(state.items[0]).toMatchObject({ kind: "user", text, images: [{ name: "Image 1", width: 40, height: 30 }] });
  expect(shows(requests[0] ?? { body: "" })).toBe(true);
  await chat.leave();

  const folder = sessionDir(join(cwd, "workspace", "projects", "api"), chat.session);
  const journal = await readFile(join(folder, "journal.jsonl"), "utf8");
  expect(journal).not.toContain(data.slice(0, 60));
  expect(await readdir(join(folder, "images"))).toHaveLength(1);

  const again = await openRealChat(cwd, { resume: "latest", quiet: true });
  await again.say("And the corner?");
  expect(shows(requests.at(-1) ?? { body: "" })).toBe(true);
});

test("what is no image, or is not there, is said as such", async () => {
  const { cwd, requests } = await scene(() => ({ text: "ok" }));
  await writeFile(join(cwd, "fake.png"), "not a picture");
  const chat = await openRealChat(cwd);
  chat.frontEnd.send({ do: "say", text: "look at @fake.png" });
  const state = await chat.until(({ items }) => items.length > 0);
  expect(state.items).toMatchObject([
    { kind: "fault", fault: { message: "Not said: fake.png is no image that models take, or a damaged one" } },
  ]);
  expect(requests).toHaveLength(0);
  const { items } = await chat.say("and @nowhere.png?");
  expect(items.at(-2)).toMatchObject({ kind: "user", text: "and @nowhere.png?" });
});

test("the lead shows the team what the user showed, and read_file shows it pictures", async () => {
  const { cwd, requests } = await scene((request) => {
    if (request.tools.includes("launch_run")) {
      if (said(request).includes("<run_report")) return { text: "Done." };
      return { calls: [{ name: "launch_run", input: { task: "Say what Image 1 is", agents: ["ada"] } }] };
    }
    return request.tools.includes("new_answer")
      ? { calls: [{ name: "new_answer", input: { content: "It is grey." } }] }
      : { text: "It is grey." };
  });
  const chat = await openRealChat(cwd);
  const image = await chat.frontEnd.attachImage({ path: "docs/mock.png" });
  chat.frontEnd.send({ do: "say", text: `Team: ${imageLabel(image)}`, images: [image] });
  const { reports } = await chat.until((state) => state.reports.length > 0);
  expect(reports[0]).toMatchObject({ outcome: "answered" });
  const agents = requests.filter(({ tools }) => !tools.includes("launch_run"));
  expect(agents.length).toBeGreaterThan(0);
  expect(agents.every(shows)).toBe(true);
});

test("a task without a chat takes an image by its name", async () => {
  const { cwd, requests } = await scene(({ tools }) =>
    tools.includes("new_answer") ? { calls: [{ name: "new_answer", input: { content: "grey" } }] } : { text: "grey" },
  );
  const env = { HOME: join(cwd, "..", "home") };
  const task = await startTask({
    cwd,
    env,
    configRef: join(cwd, "team.yaml"),
    dryRun: false,
    question: "@docs/mock.png?",
  });
  expect(await task.done).toMatchObject({ exitCode: 0, answer: "grey" });
  expect(requests.every(shows)).toBe(true);
});

test("an agent is shown what its configuration uploads, and a file that is none is a fault before anything is sent", async () => {
  const { cwd, requests } = await scene(({ tools }) =>
    tools.includes("new_answer") ? { calls: [{ name: "new_answer", input: { content: "grey" } }] } : { text: "grey" },
  );
  const file = join(cwd, "team.yaml");
  const team = await readFile(file, "utf8");
  const options = { cwd, env: { HOME: join(cwd, "..", "home") }, configRef: file, dryRun: false, question: "Look." };
  await writeFile(file, team.replace("api_key: k", "api_key: k, upload_files: [{image_path: docs/none.png}]"));
  expect(await startTask(options).catch(toFault)).toMatchObject({ message: expect.stringContaining("does not exist") });
  expect(requests).toEqual([]);
  await writeFile(file, team.replace("api_key: k", "api_key: k, upload_files: [{image_path: docs/mock.png}]"));
  expect(await (await startTask(options)).done).toMatchObject({ exitCode: 0 });
  expect(requests.every(shows)).toBe(true);
});

test("an agent that reads a picture is shown it", async () => {
  const { cwd, requests } = await scene((request) => {
    if (!request.tools.includes("new_answer")) return { text: "grey" };
    return said(request).includes("mock.png: image/png")
      ? { calls: [{ name: "new_answer", input: { content: "grey" } }] }
      : { calls: [{ name: "read_file", input: { path: join(cwd, "docs", "mock.png") } }] };
  });
  const team = await readFile(join(cwd, "team.yaml"), "utf8");
  await writeFile(
    join(cwd, "team.yaml"),
    team.replace("orchestrator: {", `orchestrator: {context_paths: [{path: "${cwd}/docs", permission: read}], `),
  );
  const env = { HOME: join(cwd, "..", "home") };
  const task = await startTask({ cwd, env, configRef: join(cwd, "team.yaml"), dryRun: false, question: "Look." });
  expect(await task.done).toMatchObject({ exitCode: 0 });
  expect(requests.filter(shows).length).toBeGreaterThan(0);
});

test.skipIf(process.platform !== "linux")("the clipboard is read with what the machine has", async () => {
  const { cwd } = await scene(() => ({ text: "ok" }));
  const bin = join(cwd, "bin");
  await mkdir(bin);
  const open = (PATH: string) =>
    openRealChat(cwd, { env: { HOME: join(cwd, "..", "home"), PATH, WAYLAND_DISPLAY: "wayland-0" } });
  const without = await (await open(bin)).frontEnd.attachImage("clipboard").catch(toFault);
  expect(without).toMatchObject({ message: "The clipboard cannot be read: there is no wl-paste here" });

  const script = `#!/bin/sh\ncase "$*" in *--list-types*) printf 'text/plain\\nimage/png\\n';; *) cat '${cwd}/docs/mock.png';; esac\n`;
  await writeFile(join(bin, "wl-paste"), script);
  await chmod(join(bin, "wl-paste"), 0o755);
  const { frontEnd } = await open(`${bin}:${process.env["PATH"]}`);
  expect(await frontEnd.attachImage("clipboard")).toMatchObject({ name: "Image 1", width: 40 });

  await writeFile(join(bin, "wl-paste"), "#!/bin/sh\necho text/plain\n");
  expect(await frontEnd.attachImage("clipboard").catch(toFault)).toMatchObject({
    message: "There is no image in the clipboard",
  });
});
