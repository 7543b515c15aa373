import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import type { Stage } from "./stage.ts";

const NAMES = ["ada", "bob", "cyd"];

/** A new directory with a configuration of so many agents, on the models m1, m2, … of a server; `more` is the rest of the file. */
export function placeWithTeam(
  stage: Stage,
  server: ModelServer,
  agents: number,
  more = "",
): { cwd: string; config: string } {
  const cwd = stage.place();
  const config = join(cwd, "team.yaml");
  const seats = modelNames(agents).map(
    (model, index) =>
      `  - id: ${NAMES[index] ?? model}\n    backend: { type: chatcompletion, model: ${model}, base_url: "${server.baseUrl("chatcompletion")}" }\n`,
  );
  writeFileSync(config, `agents:\n${seats.join("")}${more}`);
  return { cwd, config };
}

export function modelNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${index + 1}`);
}

export async function withServer<Value>(
  script: ModelScript,
  use: (server: ModelServer) => Promise<Value>,
): Promise<Value> {
  const server = await startModelServer(script);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}
