import { nearest } from "../nearest.ts";
import { BACKEND_NICKNAMES, BACKENDS, findBackend, inferBackend, PYTHON_BACKENDS, STAND_INS } from "./backends.ts";
import { isMap } from "./key-spec.ts";
import { pathText, show, type Path, type Problem } from "./problem.ts";

type Tree = Readonly<Record<string, unknown>>;

/** The backends that have a tool of their own for it. */
const PROVIDER_TOOLS: Readonly<Record<string, readonly string[]>> = {
  enable_web_search: ["openai", "claude", "gemini", "grok", "openrouter"],
  enable_code_interpreter: ["openai"],
  enable_code_execution: ["claude", "gemini"],
};

const SIMULATED_ONLY = ["scenario", "tokens_per_second", "latency_ms"];

/** Will the agent of this backend be left out of the team? */
export function needsPython(backend: unknown): boolean {
  return isMap(backend) && typeof backend["type"] === "string" && PYTHON_BACKENDS.includes(typeName(backend["type"]));
}

/** The backend that a `backend:` map means, by its type, its address or its model; undefined: none that there is. */
export function backendType(backend: {
  readonly type?: unknown;
  readonly model?: unknown;
  readonly base_url?: unknown;
}): string | undefined {
  if (typeof backend.type === "string") {
    const name = typeName(backend.type);
    if (Object.hasOwn(STAND_INS, name)) return STAND_INS[name]?.type;
    return findBackend(name) ? name : undefined;
  }
  if (backend.type !== undefined && backend.type !== null) return undefined;
  const inferred = typeof backend.model === "string" ? inferBackend(backend.model) : undefined;
  return inferred ?? (typeof backend.base_url === "string" ? "chatcompletion" : undefined);
}

/** What a schema cannot say about a `backend:` map. Values of the wrong type are the schema's business. */
export function checkBackend(backend: unknown, path: Path): Problem[] {
  if (!isMap(backend)) return [];
  if (needsPython(backend)) {
    const at = [...path, "type"];
    const message = `${pathText(at)} is ${show(backend["type"], at)}, which needs Python; the agent is left out`;
    return [{ severity: "warning", code: "left-out", path: at, message }];
  }
  const type = backendType(backend);
  if (type === undefined) return [...unknownType(backend, path), ...checkUrl(backend, path)];
  return [
    ...standIn(backend, path),
    ...checkModel(backend, type, path),
    ...checkUrl(backend, path),
    ...checkCommands(backend, path),
    ...checkUploads(backend, path),
    ...withoutEffect(backend, type, path),
  ];
}

export function isUrl(path: string): boolean {
  return /^[a-z]+:\/\//i.test(path);
}

/** Only images of this machine are uploaded. */
function checkUploads({ upload_files: files }: Tree, path: Path): Problem[] {
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown, index): Problem[] => {
    const image = isMap(file) ? file["image_path"] : undefined;
    if (typeof image === "string" && !isUrl(image)) return [];
    const at = [...path, "upload_files", index];
    const message = `${pathText(at)} is no image of this machine; the run goes on without it`;
    return [{ severity: "warning", code: "no-effect", path: at, message }];
  });
}

export function typeName(type: string): string {
  return type.trim().toLowerCase();
}

function unknownType(backend: Tree, path: Path): Problem[] {
  const at = [...path, "type"];
  const type = backend["type"];
  if (type === undefined || type === null) {
    const model = backend["model"];
    const why = typeof model === "string" ? `, and its model ${show(model, [...path, "model"])} does not tell it` : "";
    const hint = `Add one of: ${Object.keys(BACKENDS).join(", ")}.`;
    return [{ severity: "error", code: "missing", path, message: `${pathText(path)} has no type${why}`, hint }];
  }
  if (typeof type !== "string") return [];
  const name = typeName(type);
  const close = Object.hasOwn(BACKEND_NICKNAMES, name)
    ? BACKEND_NICKNAMES[name]
    : name.length <= 64
      ? nearest(name, Object.keys(BACKENDS))
      : undefined;
  const hint = close ? `Did you mean "${close}"?` : `Use one of: ${Object.keys(BACKENDS).join(", ")}.`;
  const message = `${pathText(at)} is ${show(type, at)}`;
  return [{ severity: "error", code: "unknown-backend", path: at, message, hint }];
}

function standIn(backend: Tree, path: Path): Problem[] {
  const name = typeof backend["type"] === "string" ? typeName(backend["type"]) : "";
  const stand = Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined;
  if (!stand) return [];
  const at = [...path, "type"];
  if (name === "azure_openai" && !backend["base_url"] && !backend["azure_endpoint"]) {
    const hint = "Add base_url: https://<resource>.openai.azure.com/openai/v1";
    return [{ severity: "error", code: "missing", path, message: `${pathText(path)} has no base_url`, hint }];
  }
  const message = `${pathText(at)} is "${name}"; "${stand.type}" stands in for it: ${stand.because}`;
  return [{ severity: "warning", code: "stand-in", path: at, message }];
}

function checkModel(backend: Tree, type: string, path: Path): Problem[] {
  if (backend["model"] !== undefined && backend["model"] !== null) return [];
  if (findBackend(type)?.defaultModel !== undefined) return [];
  const message = `${pathText(path)} has no model`;
  const hint = `"${type}" has no default: add model: <name> as its server knows it.`;
  return [{ severity: "error", code: "missing-model", path, message, hint }];
}

/** An address with a variable in it can only be judged when it is used. */
function checkUrl(backend: Tree, path: Path): Problem[] {
  return ["base_url", "azure_endpoint"].flatMap((key): Problem[] => {
    const url = backend[key];
    if (typeof url !== "string" || url.includes("${")) return [];
    const at = [...path, key];
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.username || parsed?.password) {
      const message = `${pathText(at)} has a user name or password in it`;
      return [{ severity: "error", code: "bad-url", path: at, message, hint: "Use api_key_env for the key." }];
    }
    if (parsed && ["http:", "https:"].includes(parsed.protocol)) return [];
    const hint = "Use a whole address such as https://api.example.com/v1.";
    return [{ severity: "error", code: "bad-url", path: at, message: `${pathText(at)} is ${show(url, at)}`, hint }];
  });
}

/** Commands are never run with less protection than the file asks for. */
function checkCommands(backend: Tree, path: Path): Problem[] {
  if (backend["enable_mcp_command_line"] !== true) return [];
  const asked = unenforceable(backend);
  if (asked === undefined) return [];
  const at = [...path, asked];
  const message = `${pathText(at)} is not supported yet, so commands are off for this agent`;
  return [{ severity: "warning", code: "no-effect", path: at, message }];
}

/** The key that asks for a protection of commands that this version cannot give. */
export function unenforceable(backend: {
  readonly command_line_allowed_commands?: unknown;
  readonly command_line_blocked_commands?: unknown;
}): string | undefined {
  if (isFilled(backend.command_line_allowed_commands)) return "command_line_allowed_commands";
  return isFilled(backend.command_line_blocked_commands) ? "command_line_blocked_commands" : undefined;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function withoutEffect(backend: Tree, type: string, path: Path): Problem[] {
  const tools = Object.entries(PROVIDER_TOOLS)
    .filter(([key, types]) => backend[key] === true && !types.includes(type))
    .map(([key, types]) => ({ key, types }));
  const simulated = SIMULATED_ONLY.filter((key) => backend[key] !== undefined && type !== "simulated");
  return [...tools, ...simulated.map((key) => ({ key, types: ["simulated"] }))].map(({ key, types }) => {
    const at = [...path, key];
    const message = `${pathText(at)} does nothing with "${type}"; only with ${types.join(", ")}`;
    return { severity: "warning", code: "no-effect", path: at, message };
  });
}
