import { useApp, useInput, usePaste, useStdout } from "ink";
import { useEffect, useState } from "react";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { strokesOf } from "../composer/strokes.ts";
import { createShell, type Shell } from "../screen/shell.ts";
import { useFeed } from "./use-feed.ts";
import { sizeOf } from "./use-size.ts";

/** The screen's shell, fed with the keys of the terminal for as long as the component lives. */
export function useShell(frontEnd: ChatFrontEnd, now: () => number): Shell {
  const { stdout, write } = useStdout();
  // Writing through Ink takes the frame away, writes, and draws it again.
  const { suspendTerminal: handOver } = useApp();
  const [shell] = useState(() => createShell(frontEnd, { now, redraw: () => write(""), handOver }));
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
