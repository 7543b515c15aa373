import { nearest } from "../nearest.ts";
import { isHostPattern } from "../host-rules.ts";
import { parseRule, type Rule } from "../permissions.ts";
import { parseShellLine } from "../shell-words.ts";
import { CAPABILITIES, patternKind, TOOL_NAMES } from "../tool-names.ts";
import { isMap } from "./key-spec.ts";
import { pathText, type Path, type Problem, show } from "./problem.ts";

type Wrong = { readonly what: string; readonly hint: string };

const LISTS = ["allow", "ask", "deny"] as const;
const EXAMPLES =
  'A rule is a tool, or a tool with what it is about: "run_command(npm test)", "write(migrations/**)", "network".';
/** As other programs call the same. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  bash: "run_command",
  shell: "run_command",
  exec: "execute",
  command: "run_command",
  edit: "write",
  multiedit: "write",
  notebookedit: "write",
  webfetch: "web_fetch",
  websearch: "network",
  grep: "read",
  ls: "read",
};

/** What is wrong with the rules: one that names nothing, or that could never hold, would only seem to protect. */
export function checkPermissions(raw: Readonly<Record<string, unknown>>): readonly Problem[] {
  const permissions = raw["permissions"];
  if (!isMap(permissions)) return [];
  return LISTS.flatMap((list) => {
    const rules = permissions[list];
    if (!Array.isArray(rules)) return [];
    return rules.flatMap((text: unknown, index): readonly Problem[] => {
      if (typeof text !== "string") return [];
      const path: Path = ["permissions", list, index];
      const wrong = wrongRule(text, list);
      const about = `${pathText(path)} is ${show(text, path)}`;
      if (wrong)
        return [{ severity: "error", code: "bad-rule", path, message: `${about}: ${wrong.what}`, hint: wrong.hint }];
      return isMoot(text, list)
        ? [{ severity: "warning", code: "no-effect", path, message: `${about}, which allows nothing`, hint: GRANTS }]
        : [];
    });
  });
}

const GRANTS = "Paths are opened by context_paths; rules close parts of them: deny, or ask.";

function isMoot(text: string, list: string): boolean {
  const rule = parseRule(text);
  return list === "allow" && rule?.pattern !== undefined && patternKind(rule.tool) === "path";
}

function wrongRule(text: string, list: string): Wrong | undefined {
  const rule = parseRule(text);
  if (!rule) return unreadable(text);
  const known = [...Object.keys(TOOL_NAMES), ...CAPABILITIES];
  if (!known.includes(rule.tool)) return unknownTool(rule, known);
  if (rule.pattern === undefined) return undefined;
  switch (patternKind(rule.tool)) {
    case "none":
      return { what: `${rule.tool} takes nothing in brackets`, hint: `Write "${rule.tool}".` };
    case "command":
      return wrongCommand(rule.tool, rule.pattern, list);
    case "host":
      return isHostPattern(rule.pattern)
        ? undefined
        : {
            what: "what stands in the brackets is no host",
            hint: `Write "${rule.tool}(docs.example.org)", or "${rule.tool}(*.example.org)".`,
          };
    case "path":
      return wrongPath(rule.tool, rule.pattern);
  }
}

function unreadable(text: string): Wrong {
  const trimmed = text.trim();
  if (trimmed === "") return { what: "it is empty", hint: EXAMPLES };
  const [, name = "", rest = ""] = /^([\w-]+)\s*\((.*)$/s.exec(trimmed) ?? [];
  const inside = rest.replace(/\)?\s*$/, "").trim();
  if (name !== "" && inside === "")
    return { what: "there is nothing in its brackets", hint: `Write "${name}" for all that it does. ${EXAMPLES}` };
  if (name !== "" && !trimmed.endsWith(")"))
    return { what: "its bracket is not closed", hint: `Write "${name}(${inside})".` };
  if (name !== "") return { what: "a blank stands before the bracket", hint: `Write "${name}(${inside})".` };
  if (/^[\w./-]+( |$)/.test(trimmed))
    return { what: "it names no tool", hint: `For a command write "run_command(${trimmed})". ${EXAMPLES}` };
  return { what: "it is no rule", hint: EXAMPLES };
}

function unknownTool({ tool, pattern }: Rule, known: readonly string[]): Wrong {
  const meant = ELSEWHERE[tool.toLowerCase()] ?? nearest(tool, known);
  const inside = pattern === undefined ? "" : `(${pattern.replace(/:\*$/, "")})`;
  const hint = meant === undefined ? `There are ${known.join(", ")}.` : `Did you mean "${meant}${inside}"?`;
  return { what: `there is no tool "${tool}"`, hint };
}

/** Words are compared as they are, so that what the shell would make something else of can never be found. */
function wrongCommand(tool: string, pattern: string, list: string): Wrong | undefined {
  const plain = pattern.replace(/[: ]\*$/, "");
  const { commands } = parseShellLine(plain);
  if (commands.length > 1) {
    const each = commands.map((words) => `"${tool}(${words.join(" ")})"`).join(", ");
    return { what: "it holds several commands", hint: `Write a rule for each: ${each}.` };
  }
  if (/[|&;<>`$'"\\\n]/.test(plain)) {
    return {
      what: "only the plain words that a command begins with can be compared",
      hint: `Leave quotes, variables and redirections out, as in "${tool}(npm test)"${list === "deny" ? "; lines whose words do not say what they do are held back anyway" : ""}.`,
    };
  }
  return undefined;
}

function wrongPath(tool: string, pattern: string): Wrong | undefined {
  const isOutside = /^~|(^|\/)\.\.(\/|$)|\\|^[a-z]:/i.test(pattern);
  if (!isOutside) return undefined;
  const inside = pattern.split(/[/\\]/).at(-1) || "secrets";
  return {
    what: "paths are patterns as in .gitignore, below each directory that agents are given",
    hint: `Write "${tool}(${inside})" for that name at any depth, or "${tool}(secrets/**)". What is outside is closed anyway.`,
  };
}
