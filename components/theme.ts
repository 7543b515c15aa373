/** What a colour means. Components name a tone, never a colour, so that no meaning is carried by colour alone. */
export type Tone = "accent" | "ok" | "busy" | "warn" | "failed" | "dim";

type Colours = Readonly<Record<Exclude<Tone, "dim">, keyof typeof CODES>>;

/** How a terminal is told: the parameters of SGR. */
const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
const DIM = 2;

// The 16 basic colours only: they follow the user's own palette.
const DARK: Colours = { accent: "cyan", ok: "green", busy: "cyan", warn: "yellow", failed: "red" };
/** Cyan and yellow are hard to read on white. */
const LIGHT: Colours = { accent: "blue", ok: "green", busy: "blue", warn: "magenta", failed: "red" };

type Environment = Readonly<Record<string, string | undefined>>;

/** What the terminal itself says of its background. */
type Ground = "light" | "dark" | undefined;

let chosen: string | undefined;
let ground: Ground;
let colours = coloursFor(chosen, environment(), ground);
const listeners = new Set<() => void>();

/** The colours in use: changes with the user's choice, and with what the terminal says. */
export const palette = {
  get: () => colours,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** `theme` as configured or chosen: "dark", "light", "none"; anything else: as the terminal says. For what is drawn from now on. */
export function setTheme(theme: string | undefined): void {
  chosen = theme;
  change();
}

/** The terminal has said what its background is. */
export function setGround(said: Ground): void {
  ground = said;
  change();
}

/** Whether it would be of use to ask the terminal: neither the user nor the environment says it. */
export function isGroundWanted(theme: string | undefined, env: Environment): boolean {
  const isAsked = theme !== "dark" && theme !== "light" && theme !== "none";
  return isAsked && !hasNoColours(env) && backgroundOf(env) === undefined;
}

export function coloursFor(theme: string | undefined, env: Environment, said?: Ground): Colours | undefined {
  if (hasNoColours(env) || theme === "none") return undefined;
  const wanted = theme === "light" || theme === "dark" ? theme : (backgroundOf(env) ?? said);
  return wanted === "light" ? LIGHT : DARK;
}

function change(): void {
  colours = coloursFor(chosen, environment(), ground);
  listeners.forEach((listener) => listener());
}

function environment(): Environment {
  return globalThis.process?.env ?? {};
}

/** https://no-color.org: set and not empty means no colours. Bold and dim stay. */
function hasNoColours(env: Environment): boolean {
  return (env["NO_COLOR"] ?? "") !== "";
}

/** COLORFGBG, "0;15": black on white. 7 and the bright colours but 8 are light. */
function backgroundOf(env: Environment): Ground {
  const last = env["COLORFGBG"]?.split(";").at(-1) ?? "";
  if (!/^\d+$/.test(last)) return undefined;
  const background = Number(last);
  return background === 7 || (background >= 9 && background <= 15) ? "light" : "dark";
}

/** The SGR parameter of a tone; undefined: as the text around it. */
export function toneCode(tone: Tone | undefined): number | undefined {
  if (tone === undefined) return undefined;
  if (tone === "dim") return DIM;
  return colours === undefined ? undefined : CODES[colours[tone]];
}
