import { useApp, useInput, usePaste, useStdout } from "ink";
import { useEffect, useState } from "react";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { clipboardSequence } from "../clipboard.ts";
import { strokesOf } from "../composer/strokes.ts";
import { createShell, type Shell } from "../screen/shell.ts";
import { useFeed } from "./use-feed.ts";
import { sizeOf } from "./use-size.ts";

/** The program as a job of a shell. */
export type Job = {
  /** Stops it; resolves when it goes on. */
  readonly stop: () => Promise<void>;
  /** Tells that it goes on after a stop, whoever had stopped it. */
  readonly onContinued: (listener: () => void) => () => void;
};

/** The screen's shell, fed with the keys of the terminal for as long as the component lives. */
export function useShell(frontEnd: ChatFrontEnd, now: () => number, job?: Job): Shell {
  const { stdout, write } = useStdout();
  const { suspendTerminal: handOver } = useApp();
  const [shell] = useState(() =>
    createShell(frontEnd, {
      now,
      // Writing through Ink takes the frame away, writes, and draws it again.
      redraw: () => write(""),
      copy: (text) => write(clipboardSequence(text, globalThis.process?.env ?? {})),
      handOver,
      stop: job?.stop,
    }),
  );
  // The shell had the terminal in between: its modes are set anew, and the frame is drawn again.
  useEffect(() => job?.onContinued(() => void handOver(ignore).catch(ignore)), [job, handOver]);
  useEffect(() => shell.follow(() => sizeOf(stdout)), [shell, stdout]);
  useInput((input, key) => shell.type(strokesOf(input, key), sizeOf(stdout)));
  usePaste((text) => shell.type([{ kind: "paste", text, bracketed: true }], sizeOf(stdout)));
  useEnd(shell);
  return shell;
}

/** Ends the screen after the last frame, which is empty: nothing but the transcript stays on the terminal. */
function useEnd({ screen }: Shell): void {
  const { exit } = useApp();
  const { leaving } = useFeed(screen);
  useEffect(() => {
    if (leaving) exit();
  }, [leaving, exit]);
}

/** While it hands the terminal over by itself, Ink does not do so once more. */
function ignore(): void {}
