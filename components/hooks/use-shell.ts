import { useApp, useInput, usePaste, useStdin } from "ink";
import { useCallback, useEffect, useState } from "react";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { clipboardSequence } from "../clipboard.ts";
import { strokesOf } from "../composer/strokes.ts";
import { createShell, type Shell } from "../screen/shell.ts";
import { useFeed } from "./use-feed.ts";
import { usePainter } from "./use-painter.ts";

/** The program as a job of a shell. */
export type Job = {
  /** Stops it; resolves when it goes on. */
  readonly stop: () => Promise<void>;
  /** Tells that it goes on after a stop, whoever had stopped it. */
  readonly onContinued: (listener: () => void) => () => void;
};

/** The screen's shell, fed with the keys of the terminal for as long as the component lives. */
export function useShell(frontEnd: ChatFrontEnd, now: () => number, job?: Job): Shell {
  const { size, redraw, send, handOver: giveAway } = usePainter();
  const { suspendTerminal } = useApp();
  const { stdin } = useStdin();
  const handOver = useCallback(
    (work: () => Promise<void>) =>
      suspendTerminal(() =>
        giveAway(async () => {
          await stopReading(stdin);
          await work();
        }),
      ),
    [suspendTerminal, giveAway, stdin],
  );
  const [shell] = useState(() =>
    createShell(frontEnd, {
      now,
      redraw,
      copy: (text) => send(clipboardSequence(text, globalThis.process?.env ?? {})),
      handOver,
      stop: job?.stop,
    }),
  );
  // The shell had the terminal in between: its modes are set anew, and the frame is drawn again.
  useEffect(() => job?.onContinued(() => void handOver(noWork).catch(ignore)), [job, handOver]);
  useEffect(() => shell.follow(size), [shell, size]);
  useInput((input, key) => shell.type(strokesOf(input, key), size()));
  usePaste((text) => shell.type([{ kind: "paste", text, bracketed: true }], size()));
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

/** Ink lets go of the keys, but the stream would go on reading them, and whoever has the terminal would miss some. */
async function stopReading(stdin: { readonly pause: () => unknown }): Promise<void> {
  // A stream takes note in the next turn that nobody listens, and can be paused then; in the one after it has stopped.
  await turn();
  stdin.pause();
  await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}

async function noWork(): Promise<void> {}

/** While it hands the terminal over by itself, Ink does not do so once more. */
function ignore(): void {}
