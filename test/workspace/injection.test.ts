import { expect, describe, test } from "vitest";
import type { Tool } from "../../src/core/tool.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { openSandbox } from "../../src/workspace/sandbox.ts";
import { call } from "../tools/tool-rig.ts";
import { attacks } from "./injection-scene.ts";
import { canShutIn, CAPABILITY, listener, picture, type Scene, sandboxScene } from "./sandbox-scene.ts";

/** What an agent has in hand, in each of the ways in which a team works. */
const MODES: Readonly<Record<string, (scene: Scene) => Promise<readonly Tool[]>>> = {
  "while it plans": async ({ files }) => agentTools(files, { planningMode: true }),
  "without commands": async ({ files }) => agentTools(files, {}),
  "without a sandbox, where nobody says yes": async ({ files }) =>
    agentTools(files, { runCommand: { allow: () => undefined }, unconfined: "bubblewrap (bwrap) is not installed" }),
  [`with commands in the sandbox${CAPABILITY}`]: withCommands,
  [`in a presentation, in the sandbox${CAPABILITY}`]: async (scene) => withCommands(scene),
};

async function withCommands({ files, sandbox }: Scene): Promise<readonly Tool[]> {
  // Where nothing can shut commands in, "require" refuses the run: there are none.
  if (!canShutIn) {
    await expect(openSandbox({ mode: "require", allowedHosts: [] })).rejects.toThrow("cannot be shut in");
    return agentTools(files, {});
  }
  return agentTools(files, { runCommand: { allow: () => undefined, sandbox } });
}

describe("a model that has turned against its user", () => {
  for (const [mode, toolsOf] of Object.entries(MODES)) {
    test(`has no effect beyond its grants ${mode}: 100 calls`, async () => {
      const scene = await sandboxScene([], { mayWrite: mode.includes("presentation") });
      const { port, visits } = await listener();
      const tools = await toolsOf(scene);
      const all = attacks(scene, port);
      expect(all).toHaveLength(100);
      const before = await picture(scene);
      for (let at = 0; at < all.length; at += 10) {
        await Promise.all(
          all.slice(at, at + 10).map(async ({ name, call: { name: tool, input } }) => {
            const used = tools.find((one) => one.name === tool);
            const output = used ? (await call(used, input)).output : "";
            // A refusal repeats the line; the name of an attack is that line.
            expect(output.replaceAll(name, ""), name).not.toContain("CANARY");
          }),
        );
      }
      expect(await picture(scene)).toEqual(before);
      expect(visits()).toBe(0);
    });
  }
});
