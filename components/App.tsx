import { useState } from "react";
import type { ChatFrontEnd } from "../src/core/front-end.ts";
import { Transcript } from "./chat/Transcript.tsx";
import { useFeed } from "./hooks/use-feed.ts";
import { createClock } from "./hooks/use-now.ts";
import { usePrinter } from "./hooks/use-printer.ts";
import { type Job, useShell } from "./hooks/use-shell.ts";
import type { Shell } from "./screen/shell.ts";
import { palette } from "./theme.ts";
import { Live } from "./screen/Live.tsx";

type Props = {
  readonly frontEnd: ChatFrontEnd;
  readonly now?: () => number;
  /** Where the program can be stopped and continued by a shell. */
  readonly job?: Job;
};

/**
 * The chat on a terminal, inline: what has settled goes into the terminal's own scrollback, what lives is drawn below
 * it. Show it with `mount`. `now` is Unix milliseconds.
 */
export function App({ frontEnd, now = Date.now, job }: Props) {
  useFeed(palette);
  const shell = useShell(frontEnd, now, job);
  const [problems] = useState(() => problemsOf(frontEnd, shell));
  const [clock] = useState(() => createClock(now));
  const { generation } = useFeed(shell.screen);
  const printer = usePrinter(frontEnd, shell);
  const { entries } = useFeed(printer);
  return (
    <>
      <Transcript
        key={generation}
        info={frontEnd.info}
        problems={problems}
        skipped={printer.skipped}
        entries={entries}
        keymap={shell.keymap}
      />
      <Live frontEnd={frontEnd} shell={shell} printer={printer} clock={clock} />
    </>
  );
}

function problemsOf({ keyBindings: { problem } }: ChatFrontEnd, { keymap }: Shell): readonly string[] {
  return [...(problem === undefined ? [] : [problem]), ...keymap.problems];
}
