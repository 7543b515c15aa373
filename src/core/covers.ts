import { parseShellLine } from "./shell-words.ts";

/** Programs whose second word says what they do, so that "npm test" is one thing whatever follows. */
const WITH_SUBCOMMANDS = new Set(
  "bundle cargo composer dotnet gh git go gradle make mvn npm pip pnpm poetry uv yarn".split(" "),
);
/** "npm run build": the third word says it. */
const RUNS_A_SCRIPT = new Set(["run", "run-script"]);
/** These run whatever they are told: no two of their lines are alike. */
const RUNS_ANYTHING = new Set(["exec", "x", "dlx", "tool", "create"]);

/**
 * What a yes to everything of the kind lets through, as the beginnings of commands: another line is let through when
 * all of its own are. A line that says more than its words, and a command of which only the arguments tell what it
 * does, cover nothing but themselves.
 */
export function commandCovers(line: string): readonly string[] {
  const { commands, opaque } = parseShellLine(line);
  if (opaque !== undefined || commands.length === 0) return [`exactly: ${line}`];
  return [...new Set(commands.map(beginningOf))];
}

function beginningOf(words: readonly string[]): string {
  const [program = "", second = "", third = ""] = words;
  const whole = words.map(quoted).join(" ");
  if (!WITH_SUBCOMMANDS.has(program) || !isPlain(second) || RUNS_ANYTHING.has(second)) return `exactly: ${whole}`;
  if (!RUNS_A_SCRIPT.has(second)) return `${program} ${second}`;
  return isPlain(third) ? `${program} ${second} ${third}` : `exactly: ${whole}`;
}

function isPlain(word: string): boolean {
  return /^[a-z][\w:-]*$/i.test(word);
}

function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word);
}
