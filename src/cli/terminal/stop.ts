import { enterTerminal, restoreTerminal, setDrawing } from "./restore.ts";

/** A program without a job control shell above it is not stopped by being told to. */
const UNSTOPPED_MS = 300;

/** Ctrl+Z: hands the terminal to the shell, and resolves when the shell lets the program go on. */
export async function stopUntilContinued(): Promise<void> {
  // Ink has given back what it had taken by then.
  setDrawing(false);
  restoreTerminal();
  await new Promise<void>((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      process.off("SIGCONT", go);
      resolve();
    };
    const timer = setTimeout(go, UNSTOPPED_MS);
    process.on("SIGCONT", go);
    // The whole foreground job, as the terminal's own Ctrl+Z would: npm may stand above this program.
    process.kill(0, "SIGTSTP");
  });
  enterTerminal();
  setDrawing(true);
}

/** Calls back when somebody else had stopped the program and it goes on: the shell has changed the terminal meanwhile. */
export function onContinued(listener: () => void): () => void {
  process.on("SIGCONT", listener);
  return () => void process.off("SIGCONT", listener);
}
