import { isMap } from "./key-spec.ts";
import { dockerWants } from "./wants-docker.ts";

/**
 * What a configuration would make this machine do beyond talking to the usual providers, a line each. Looks at any
 * tree, a broken one too: it is read before anything is checked.
 */
export function configWants(raw: unknown): readonly string[] {
  if (!isMap(raw)) return ["cannot be read as a configuration"];
  const orchestrator = mapAt(raw, "orchestrator");
  const lead = mapAt(mapAt(orchestrator, "interactive_mode"), "backend");
  const agents = [...listAt(raw, "agents"), raw["agent"]].filter(isMap);
  const backends = [...agents.map((agent) => mapAt(agent, "backend")), lead];
  return [
    ...(agents.length > 0 ? [`decides who answers: ${agents.map(nameOf).join(", ")}`] : []),
    ...backends.flatMap(backendWants),
    ...commands(raw, backends),
    ...[
      ...listAt(orchestrator, "context_paths"),
      ...agents.flatMap((agent) => listAt(mapAt(agent, "backend"), "context_paths")),
    ].map(pathWants),
    ...["permissions", "hooks"].flatMap((key) =>
      raw[key] === undefined ? [] : [`${key}: ${JSON.stringify(raw[key])}`],
    ),
    ...(typeof raw["prompt"] === "string" ? [`asks by itself: ${raw["prompt"]}`] : []),
  ];
}

function backendWants(backend: Tree): readonly string[] {
  const address = [backend["base_url"], backend["azure_endpoint"]].filter((url) => typeof url === "string");
  const key = [backend["api_key"], backend["api_key_env"]].filter((name) => typeof name === "string");
  return [
    ...address.map((url) => `sends conversations to ${url}${key.length > 0 ? `, with the key ${key.join(", ")}` : ""}`),
    ...Object.entries(servers(backend["mcp_servers"])).map(([name, server]) => serverWants(name, server)),
    ...(backend["enable_web_fetch"] === true ? ["lets agents read pages of the web"] : []),
    ...(backend["hooks"] === undefined ? [] : [`hooks: ${JSON.stringify(backend["hooks"])}`]),
  ];
}

function serverWants(name: string, server: unknown): string {
  if (!isMap(server)) return `MCP server ${name}`;
  const argv = [server["command"], server["args"]].flat().filter((part) => part !== undefined);
  if (argv.length > 0) return `starts MCP server ${name}: ${argv.map(shown).join(" ")}`;
  return `connects to MCP server ${name}: ${shown(server["url"])}`;
}

/** A list of servers that say their names, or a map. */
function servers(value: unknown): Tree {
  if (isMap(value)) return value;
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(value.map((one: unknown, index) => [isMap(one) ? shown(one["name"]) : shown(index), one]));
}

function commands(raw: Tree, backends: readonly Tree[]): readonly string[] {
  const able = backends.filter((backend) => backend["enable_mcp_command_line"] === true);
  const isOff = raw["sandbox"] === false || raw["sandbox"] === "off";
  const where = able.some((backend) => backend["command_line_execution_mode"] === "docker") ? " in Docker" : "";
  const hosts = listAt(raw, "sandbox_allowed_hosts").map(shown);
  // The lead can always run some, if only after a yes.
  const who = able.length === 0 ? "the lead" : "agents";
  return [
    ...(able.length === 0 && !isOff
      ? []
      : [`lets ${who} run commands${where}${isOff ? ", without the sandbox: they may do whatever you may" : ""}`]),
    ...(hosts.length > 0 ? [`lets their commands talk to ${hosts.join(", ")}`] : []),
    ...new Set(able.flatMap(dockerWants)),
  ];
}

function pathWants(one: unknown): string {
  if (!isMap(one)) return `lets agents read ${shown(one)}`;
  return `lets agents ${one["permission"] === "write" ? "change" : "read"} ${shown(one["path"])}`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

type Tree = Readonly<Record<string, unknown>>;

function nameOf(agent: Tree): string {
  const backend = mapAt(agent, "backend");
  const model = backend["model"] ?? backend["type"] ?? "a model";
  return agent["id"] === undefined ? shown(model) : `${shown(agent["id"])} (${shown(model)})`;
}

function mapAt(tree: Tree, key: string): Tree {
  const value = tree[key];
  return isMap(value) ? value : {};
}

function listAt(tree: Tree, key: string): readonly unknown[] {
  const value = tree[key];
  return Array.isArray(value) ? value : [];
}
