import { BACKENDS, PYTHON_BACKENDS, STAND_INS, type BackendInfo } from "./backends.ts";
import { childSpec, expected, fileSpec, type KeySpec } from "./key-spec.ts";

/** A table of the reference: its heading, and where its keys stand. */
const TABLES: readonly (readonly [heading: string, path: readonly string[]])[] = [
  ["Top level", []],
  ["agents[]", ["agents", "[]"]],
  ["agents[].backend", ["agents", "[]", "backend"]],
  ["orchestrator", ["orchestrator"]],
  ["orchestrator.budget", ["orchestrator", "budget"]],
  ["orchestrator.interactive_mode", ["orchestrator", "interactive_mode"]],
  ["orchestrator.context_paths[]", ["orchestrator", "context_paths", "[]"]],
  ["orchestrator.coordination", ["orchestrator", "coordination"]],
  ["timeout_settings", ["timeout_settings"]],
  ["ui", ["ui"]],
];

/** The reference of all keys and backends as markdown, made from the schema: it cannot say anything else than the program does. */
export function configReference(): string {
  const tables = TABLES.map(([heading, path]) => {
    const spec = path.reduce<KeySpec | undefined>(
      (at, part) => at && childSpec(at, part === "[]" ? 0 : part),
      fileSpec,
    );
    return `### ${heading}\n\n${keyTable(spec ?? {})}`;
  });
  return [...tables, `### Backends\n\n${backendTable()}`].join("\n\n");
}

function keyTable(spec: KeySpec): string {
  const keyed = [spec, ...(spec.anyOf ?? [])].find(({ properties }) => properties);
  const keys = Object.entries(keyed?.properties ?? {});
  const used = keys.filter(([, { note }]) => !note);
  const unused = keys.filter(([, { note }]) => note);
  const rows = used.map(([key, one]) => row([`\`${key}\``, expected(one), defaultText(one), one.description ?? ""]));
  const table = [row(["key", "value", "default", "meaning"]), row(["---", "---", "---", "---"]), ...rows].join("\n");
  if (unused.length === 0) return table;
  const reasons = [...new Set(unused.map(([, { note }]) => note?.why ?? ""))];
  const list = reasons.map((why) => {
    const names = unused.filter(([, { note }]) => note?.why === why).map(([key]) => `\`${key}\``);
    return `- ${why}: ${names.join(", ")}`;
  });
  return `${table}\n\nAccepted for existing files, without effect:\n\n${list.join("\n")}`;
}

function defaultText(spec: KeySpec): string {
  if (spec.default === undefined || spec.properties || spec.items) return "";
  return `\`${JSON.stringify(spec.default)}\``;
}

function backendTable(): string {
  const rows = Object.entries<BackendInfo>(BACKENDS).map(([type, { keyEnv, defaultModel, baseUrl }]) =>
    row([
      `\`${type}\``,
      keyEnv.map((name) => `\`${name}\``).join(" or ") || "none",
      defaultModel === undefined ? "must be named" : `\`${defaultModel}\``,
      baseUrl ?? "",
    ]),
  );
  const others = Object.entries(STAND_INS).map(
    ([name, { type, because }]) => `- \`${name}\`: \`${type}\` (${because}).`,
  );
  return [
    [row(["type", "key", "model when none is named", "address"]), row(["---", "---", "---", "---"]), ...rows].join(
      "\n",
    ),
    `Backends of other versions for which another one stands in:\n\n${others.join("\n")}`,
    `Agents of these backends are left out, since they need Python: ${PYTHON_BACKENDS.join(", ")}.`,
  ].join("\n\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
