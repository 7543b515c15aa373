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

/** Ends the program cleanly on signals. After SIGTERM and SIGHUP it dies by that signal, so that a parent sees what happened. */
export function handleSignals({ interrupt, isOurs = () => true, end, last }: Handlers): void {
  let interrupts = 0;
  process.on("SIGINT", () => {
    if (!isOurs()) return;
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    interrupt();
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    let ending = false;
    // Not once: Ink listens, too, and would end the program at once as soon as nobody else does.
    process.on(signal, () => {
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
    });
  }
}
