/** A line for the shell as the commands that it runs, each as its words. */
export type ShellLine = {
  readonly commands: readonly (readonly string[])[];
  /** What is read from and written to by redirections. */
  readonly redirects: readonly { readonly target: string; readonly writes: boolean }[];
  /** Why the words do not say all that the line does; undefined when they do. */
  readonly opaque: string | undefined;
};

const MAX_COMMANDS = 50;
const MAX_LENGTH = 10_000;

/** Words that run what the words after them say, or change what other words mean. */
const WRAPPERS = new Set([
  ".",
  "[[",
  "alias",
  "awk",
  "bash",
  "builtin",
  "case",
  "command",
  "coproc",
  "dash",
  "doas",
  "do",
  "done",
  "elif",
  "else",
  "env",
  "esac",
  "eval",
  "exec",
  "expect",
  "export",
  "fi",
  "fish",
  "for",
  "function",
  "gawk",
  "if",
  "in",
  "ionice",
  "ksh",
  "mawk",
  "nice",
  "nohup",
  "parallel",
  "perl",
  "php",
  "python",
  "python2",
  "python3",
  "node",
  "ruby",
  "script",
  "select",
  "setsid",
  "sh",
  "source",
  "ssh",
  "stdbuf",
  "su",
  "sudo",
  "then",
  "time",
  "timeout",
  "trap",
  "until",
  "watch",
  "while",
  "xargs",
  "zsh",
  "{",
  "}",
  "!",
]);

/**
 * Reads a line as the shell would, as far as its words are plain. Whatever only the shell itself can tell (expansions,
 * redirections, here documents, programs that run other programs) makes it opaque: its commands are then not all there is.
 */
export function parseShellLine(line: string): ShellLine {
  if (line.length > MAX_LENGTH) return { commands: [], redirects: [], opaque: "it is too long" };
  const commands: string[][] = [];
  const redirects: { target: string; writes: boolean }[] = [];
  let redirecting: { readonly writes: boolean } | undefined;
  let words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  let opaque: string | undefined;
  const note = (why: string): void => void (opaque ??= why);
  const endWord = (): void => {
    if (word !== undefined && redirecting) {
      redirects.push({ target: word, ...redirecting });
      redirecting = undefined;
    } else if (word !== undefined) {
      if (words.length === 0 && !isQuoted && /^[A-Za-z_]\w*\+?=/.test(word)) note("it sets variables");
      words.push(word);
    }
    [word, isQuoted] = [undefined, false];
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    const next = line[at + 1] ?? "";
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end === -1) return { commands, redirects, opaque: "a quote is not closed" };
      word = (word ?? "") + line.slice(at + 1, end);
      [isQuoted, at] = [true, end];
    } else if (char === '"') {
      const end = endOfDoubleQuote(line, at + 1);
      if (end === -1) return { commands, redirects, opaque: "a quote is not closed" };
      const inside = line.slice(at + 1, end);
      if (/(?<!\\)(?:\\\\)*[$`]/.test(inside)) note("it holds an expansion");
      word = (word ?? "") + inside.replace(/\\([$`"\\\n])/g, "$1");
      [isQuoted, at] = [true, end];
    } else if (char === "\\") {
      if (next === "\n") note("it goes on over lines");
      word = (word ?? "") + next;
      [isQuoted, at] = [true, at + 1];
    } else if (char === " " || char === "\t") endWord();
    else if (char === "\n" || char === ";" || char === "|" || char === "&") {
      if (char === "&" && next !== "&") note("it leaves something running");
      if (char === "|" && next === "&") note("it redirects");
      if ((char === "&" || char === "|" || char === ";") && next === char) at++;
      endCommand();
    } else if (char === "<" || char === ">") {
      note("it redirects");
      if (!isQuoted && /^\d+$/.test(word ?? "")) word = undefined; // the number of a stream
      endWord();
      const [operator = char] = /^[<>]+[&|]?/.exec(line.slice(at)) ?? [];
      redirecting = { writes: operator.includes(">") };
      at += operator.length - 1;
    } else {
      if (char === "$" || char === "`") note("it holds an expansion");
      if (char === "(" || char === ")") note("it holds a subshell");
      if ("*?[]{}~".includes(char)) note("it holds a pattern");
      if (char === "#" && word === undefined) note("it holds a comment");
      if (char < " " || char === "\u007f") note("it holds control characters");
      if (char > "\u007f") note("it holds letters that may look like others");
      word = (word ?? "") + char;
    }
  }
  endCommand();
  if (commands.length > MAX_COMMANDS) note(`it runs more than ${MAX_COMMANDS} commands`);
  const wrapper = commands.map(([program = ""]) => baseName(program)).find((name) => WRAPPERS.has(name));
  if (wrapper !== undefined) note(`"${wrapper}" runs what it is given`);
  return { commands, redirects, opaque };
}

function endOfDoubleQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === "\\") at++;
    else if (line[at] === '"') return at;
  }
  return -1;
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}
