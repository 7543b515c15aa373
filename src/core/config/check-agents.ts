import { nearest } from "../nearest.ts";
import { checkBackend, needsPython } from "./check-backends.ts";
import { checkDockerHosts } from "./check-docker.ts";
import { isMap } from "./key-spec.ts";
import { pathText, show, type Path, type Problem } from "./problem.ts";

type Tree = Readonly<Record<string, unknown>>;
type Placed = { readonly value: unknown; readonly path: Path };

/** Top-level keys of the first version of the format. */
const V1_KEYS = [
  "models",
  "model_configs",
  "num_agents",
  "max_rounds",
  "consensus_threshold",
  "voting_enabled",
  "enable_voting",
];

/** Set when the file is of the first version: nothing else about it is worth saying. */
export function checkVersion(raw: Tree): Problem | undefined {
  const found = V1_KEYS.filter((key) => Object.hasOwn(raw, key));
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    severity: "error",
    code: "v1-format",
    path: [first],
    message: `This is the old format of MassGen (it has ${found.join(", ")})`,
    hint: "Write the team as agents: [{ id, backend: { type, model } }]; configs/basic/three-agents.yaml is an example.",
  };
}

/** What a schema cannot say about the team: that there is one, its ids, and its backends. */
export function checkAgents(raw: Tree): Problem[] {
  const agents = agentsOf(raw);
  const orchestrator = raw["orchestrator"];
  const lead = isMap(orchestrator) ? orchestrator["interactive_mode"] : undefined;
  return [
    ...checkPresence(raw, agents),
    ...checkIds(agents),
    ...agents.flatMap(({ value, path }) => (isMap(value) ? checkBackend(value["backend"], [...path, "backend"]) : [])),
    ...(isMap(lead) ? checkBackend(lead["backend"], ["orchestrator", "interactive_mode", "backend"]) : []),
    ...checkDockerHosts(raw, agents),
    ...checkLead(lead),
    ...(isMap(orchestrator) ? checkPrompts(orchestrator["agent_system_prompts"], agents) : []),
  ];
}

function agentsOf(raw: Tree): readonly Placed[] {
  const list = raw["agents"];
  const agents = Array.isArray(list) ? list.map((value: unknown, index) => ({ value, path: ["agents", index] })) : [];
  return isMap(raw["agent"]) ? [...agents, { value: raw["agent"], path: ["agent"] }] : agents;
}

function checkPresence(raw: Tree, agents: readonly Placed[]): Problem[] {
  const list = raw["agents"] ?? undefined;
  const single = raw["agent"] ?? undefined;
  if (list !== undefined && single !== undefined) {
    const message = "There are both agents and agent";
    const hint = "Keep agents, and make agent an item of it.";
    return [{ severity: "error", code: "agent-and-agents", path: ["agent"], message, hint }];
  }
  const hint = "Add agents: [{ id: ada, backend: { type: openai, model: gpt-5.5 } }].";
  if (list === undefined && single === undefined) {
    return [{ severity: "error", code: "no-agents", path: [], message: "There is no agents list", hint }];
  }
  if (Array.isArray(list) && list.length === 0) {
    return [{ severity: "error", code: "no-agents", path: ["agents"], message: "agents is empty", hint }];
  }
  const backends = agents.map(({ value }) => (isMap(value) ? value["backend"] : undefined));
  if (backends.length > 0 && backends.every(needsPython)) {
    const message = "No agent is left: every backend needs Python";
    const hint = "Give one agent another backend.";
    return [{ severity: "error", code: "no-agents", path: ["agents"], message, hint }];
  }
  return [];
}

function checkIds(agents: readonly Placed[]): Problem[] {
  const first = new Map<string, Path>();
  return agents.flatMap(({ value, path }, index): Problem[] => {
    if (!isMap(value)) return [];
    const at = [...path, "id"];
    const given = value["id"] ?? undefined;
    if (given !== undefined && typeof given !== "string") return [];
    const id = given ?? `agent${index + 1}`;
    const wrong = given === undefined ? undefined : badId(given);
    if (wrong !== undefined) {
      const hint = "Use letters, digits, _, - and . such as ada or gemini2.5-flash.";
      return [
        { severity: "error", code: "bad-id", path: at, message: `${pathText(at)} is ${show(id, at)}: ${wrong}`, hint },
      ];
    }
    const same = first.get(id.toLowerCase());
    if (!same) {
      first.set(id.toLowerCase(), at);
      return [];
    }
    const message = `${pathText(at)} is ${show(id, at)}, as ${pathText(same)} is`;
    return [{ severity: "error", code: "duplicate-id", path: at, message, hint: "Give every agent its own id." }];
  });
}

/** What stands beside the agents' folders in a log folder, and how the lead and people call themselves. */
const RESERVED: ReadonlySet<string> = new Set([
  "final",
  "final_output",
  "agent_outputs",
  "lead",
  "human",
  "user",
  "default",
]);

/** Ids become names of directories and keys of records. */
function badId(id: string): string | undefined {
  if (id === "") return "an id must not be empty";
  if (id.length > 64) return "an id has at most 64 characters";
  if (id in {} || RESERVED.has(id.toLowerCase())) return "this id is reserved";
  if (id.includes("..")) return 'an id must not contain ".."';
  if (!/^[\p{L}\p{N}_.-]+$/u.test(id)) return "an id must not contain blanks or signs";
  return /^[.-]|\.$/.test(id) ? 'an id must not begin with "." or "-", or end with "."' : undefined;
}

function checkPrompts(prompts: unknown, agents: readonly Placed[]): Problem[] {
  if (!isMap(prompts)) return [];
  const ids = agents.map(({ value }, index) => {
    const id = isMap(value) ? value["id"] : undefined;
    return typeof id === "string" ? id : `agent${index + 1}`;
  });
  return Object.keys(prompts)
    .filter((id) => !ids.includes(id))
    .map((id) => {
      const path = ["orchestrator", "agent_system_prompts", id];
      const meant = nearest(id, ids);
      const message = `${pathText(path)} is for no agent of the team`;
      const hint = meant === undefined ? `The agents are: ${ids.join(", ")}.` : `Did you mean "${meant}"?`;
      return { severity: "error", code: "unknown-agent", path, message, hint };
    });
}

function checkLead(lead: unknown): Problem[] {
  if (!isMap(lead) || !needsPython(lead["backend"])) return [];
  const path = ["orchestrator", "interactive_mode", "backend", "type"];
  const message = `${pathText(path)} needs Python`;
  return [{ severity: "error", code: "unknown-backend", path, message, hint: "Give the lead another backend." }];
}
