import type { TextProps } from "ink";

/** What a colour means. Components name a tone, never a colour, so that no meaning is carried by colour alone. */
export type Tone = "accent" | "ok" | "busy" | "warn" | "failed" | "dim";

type Colours = Readonly<Record<Exclude<Tone, "dim">, string>>;

// The 16 basic colours only: they follow the user's own palette.
const DARK: Colours = { accent: "cyan", ok: "green", busy: "cyan", warn: "yellow", failed: "red" };
/** Cyan and yellow are hard to read on white. */
const LIGHT: Colours = { accent: "blue", ok: "green", busy: "blue", warn: "magenta", failed: "red" };

type Environment = Readonly<Record<string, string | undefined>>;

let colours = coloursFor(undefined, globalThis.process?.env ?? {});

/** `theme` as configured: "dark", "light", "none"; anything else: as the terminal says. For what is drawn from now on. */
export function setTheme(theme: string | undefined): void {
  colours = coloursFor(theme, globalThis.process?.env ?? {});
}

export function coloursFor(theme: string | undefined, env: Environment): Colours | undefined {
  // https://no-color.org: set and not empty means no colours. Bold and dim stay.
  if ((env["NO_COLOR"] ?? "") !== "" || theme === "none") return undefined;
  if (theme === "light" || theme === "dark") return theme === "light" ? LIGHT : DARK;
  return isLight(env["COLORFGBG"]) ? LIGHT : DARK;
}

/** "0;15": black on white. 7 and the bright colours but 8 are light. */
function isLight(foregroundAndBackground: string | undefined): boolean {
  const background = Number(foregroundAndBackground?.split(";").at(-1) || Number.NaN);
  return background === 7 || (background >= 9 && background <= 15);
}

export function toneProps(tone: Tone | undefined): Pick<TextProps, "color" | "dimColor"> {
  if (tone === undefined) return {};
  if (tone === "dim") return { dimColor: true };
  return colours === undefined ? {} : { color: colours[tone] };
}
