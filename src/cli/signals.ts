type Handlers = {
  /** Ctrl+C, or SIGINT. A second one ends the program at once. */
  readonly interrupt: () => void;
  /** False: this Ctrl+C is for another program that has the terminal, the user's editor say. */
  readonly isOurs?: () => boolean;
  /** SIGTERM or SIGHUP: let go of everything within five seconds. */
  readonly end: () => Promise<unknown>;
};

const END_MS = 5000;

/** Ends the program cleanly on signals. After SIGTERM and SIGHUP it dies by that signal, so that a parent sees what happened. */
export function handleSignals({ interrupt, isOurs = () => true, end }: Handlers): void {
  let interrupts = 0;
  process.on("SIGINT", () => {
    if (!isOurs()) return;
    interrupts += 1;
    if (interrupts > 1) process.exit(130);
    interrupt();
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      const die = (): void => {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      };
      // Not process.exit: with its terminal gone, Node would crash in it.
      setTimeout(die, END_MS).unref();
      void end().then(die, die);
    });
  }
}
