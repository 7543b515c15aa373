type Handlers = {
  /** Ctrl+C, or SIGINT. A second one ends the program at once. */
  readonly interrupt: () => void;
  /** False: this Ctrl+C is for another program that has the terminal, the user's editor say. */
  readonly isOurs?: () => boolean;
  /** SIGTERM or SIGHUP: let go of everything within five seconds. */
  readonly end: () => Promise<unknown>;
  /** The very last thing, whether `end` came to an end or not. */
  readonly last?: () => void;
};

const END_MS = 5000;
/** npm sends on what the terminal has sent already, and so do libraries: nobody presses a key twice within this. */
const SAME_PRESS_MS = 100;

/**
 * Ends the program cleanly on signals. After SIGTERM and SIGHUP it dies by that signal, so that a parent sees what happened.
 * Returns what to call when the terminal turns out to be gone: the same as SIGHUP.
 */
export function handleSignals({ interrupt, isOurs = () => true, end, last }: Handlers): {
  readonly hangUp: () => void;
} {
  let interruptedAt: number | undefined;
  process.on("SIGINT", () => {
    const now = performance.now();
    if (interruptedAt === undefined) {
      if (!isOurs()) return;
      interruptedAt = now;
      interrupt();
    } else if (now - interruptedAt > SAME_PRESS_MS) process.exit(130);
  });
  const finish = (signal: NodeJS.Signals): (() => void) => {
    let ending = false;
    return () => {
      if (ending) return;
      ending = true;
      const die = (): void => {
        last?.();
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      };
      // Not process.exit: with its terminal gone, Node would crash in it.
      setTimeout(die, END_MS).unref();
      void end().then(die, die);
    };
  };
  const hangUp = finish("SIGHUP");
  // Not once: Ink listens, too, and would end the program at once as soon as nobody else does.
  process.on("SIGHUP", hangUp);
  process.on("SIGTERM", finish("SIGTERM"));
  return { hangUp };
}

/** Calls back when the terminal does not take any more what is written to it: its window has been closed. */
export function onTerminalGone(listener: () => void): void {
  process.stdin.on("error", listener);
  process.stdout.on("error", listener);
}
