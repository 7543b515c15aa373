import type { RenderOptions } from "ink";

const frameListeners = new Set<() => void>();

/** Calls back when Ink has written a frame, which can be some time after React committed it; returns what ends that. */
export function onFrame(listener: () => void): () => void {
  frameListeners.add(listener);
  return () => void frameListeners.delete(listener);
}

/**
 * How to mount App and RunView: `render(<App frontEnd={frontEnd} />, mountOptions)`, on a terminal only (stdin and
 * stdout both a TTY; a pipe gets the plain printer). Then `await waitUntilExit()`; App ends itself after `quit`.
 * Ctrl+C is a key like any other in App. RunView reads no keys, so there Ctrl+C is a SIGINT.
 */
export const mountOptions = {
  // Frames differ in a line or two; writing only those keeps slow lines and tmux calm.
  incrementalRendering: true,
  // What streams is paced where it comes in, ten times a second at most; a key must not wait for its turn among that.
  maxFps: 100,
  exitOnCtrlC: false,
  patchConsole: true,
  // Asked of the terminal at the start: Shift+Enter can be told from Enter only where it says yes.
  kittyKeyboard: { mode: "auto", flags: ["disambiguateEscapeCodes"] },
  interactive: true,
  onRender: () => frameListeners.forEach((listener) => listener()),
} as const satisfies RenderOptions;
