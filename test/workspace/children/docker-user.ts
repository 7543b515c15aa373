import { runCommandTool } from "../../../src/tools/run-command.ts";
import { openDocker } from "../../../src/workspace/docker.ts";

// Runs a command in a container and then waits to be killed.
const { settings, files, cwd } = JSON.parse(process.argv[2] ?? "{}");
const sandbox = await openDocker(settings, { agent: "ada", cwd });
const tool = runCommandTool(files, { allow: () => undefined, sandbox });
await tool.run({ command: "true" }, { signal: new AbortController().signal, progress: () => undefined });
process.stdout.write("ran\n");
setInterval(() => undefined, 1000);
