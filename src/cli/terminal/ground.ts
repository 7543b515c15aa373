/** Light or dark, as the terminal says that its background is. */
export type Ground = "light" | "dark";

type Input = { read: (size?: number) => unknown; emit: (event: "readable") => unknown };

const QUESTION = "\u001b]11;?\u001b\\";
const ANSWER =
  /\u001b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})[^\u0007\u001b]{0,20}(?:\u0007|\u001b\\)/i;
/** What an answer may look like when only its beginning was read. A typed Escape looks like that, too. */
const BEGUN = /\u001b(?:\](?:1(?:1(?:;[^\u0007\u001b]{0,40}\u001b?)?)?)?)?$/;

/** An answer that comes later is kept away from the composer all the same, and changes nothing. */
const PATIENCE_MS = 2000;
/** The parts of an answer follow each other faster than this; what looked like one and is none goes on then. */
const PART_MS = 50;

/**
 * Asks the terminal for the colour of its background (OSC 11) and takes the answer out of what is read from it: every
 * other byte reaches the reader, in order. Nobody waits for it: many terminals never answer. Returns what ends it.
 */
export function askGround(
  stdin: Input,
  write: (bytes: string) => void,
  onAnswer: (ground: Ground) => void,
): { readonly end: () => void } {
  const { read } = stdin;
  let waiting = true;
  let held = "";
  let released = "";
  let timer: NodeJS.Timeout | undefined;
  const patience = setTimeout(() => {
    waiting = false;
  }, PATIENCE_MS);
  patience.unref();

  stdin.read = function tapped(size?: number): unknown {
    for (;;) {
      const chunk: unknown = read.call(this, size);
      if (chunk !== null && typeof chunk !== "string") return chunk;
      const text = take(chunk ?? "");
      if (text !== "") return text;
      if (chunk === null) return null;
    }
  };
  write(QUESTION);
  return {
    end() {
      clearTimeout(patience);
      clearTimeout(timer);
      stdin.read = read;
    },
  };

  /** What of it is for the reader. */
  function take(chunk: string): string {
    if (chunk === "" && released === "") return "";
    const before = chunk === "" ? released : released + held;
    if (chunk !== "") letGo();
    released = "";
    const text = (before + chunk).replace(ANSWER, (_, ...parts: readonly string[]) => {
      if (waiting) onAnswer(groundOf(parts.slice(0, 3)));
      waiting = false;
      return "";
    });
    const begun = waiting && chunk !== "" ? (BEGUN.exec(text)?.[0] ?? "") : "";
    if (begun === "") return text;
    held = begun;
    timer = setTimeout(() => {
      released += held;
      letGo();
      stdin.emit("readable");
    }, PART_MS);
    return text.slice(0, -begun.length);
  }

  function letGo(): void {
    clearTimeout(timer);
    timer = undefined;
    held = "";
  }
}

/** By how bright the colour is to the eye: the parts are hexadecimal, of one to four digits. */
function groundOf(parts: readonly string[]): Ground {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 ? "light" : "dark";
}
