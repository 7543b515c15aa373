import { useApp, useInput } from "ink";
import { useState } from "react";
import type { TrustPage as Page } from "../../src/core/trust.ts";
import { usePaint } from "../hooks/use-painter.ts";
import { useSize } from "../hooks/use-size.ts";
import { trustRows } from "./trust-rows.ts";

type Props = {
  readonly page: Page;
  /** Undefined: the user left. */
  readonly onAnswer: (yes: boolean | undefined) => void;
};

/** Asks whether what a folder wants may be done. No is chosen: what was typed before the page was there says no. */
export function TrustPage({ page, onAnswer }: Props) {
  const [yes, setYes] = useState(false);
  const [unheard, setUnheard] = useState(false);
  const { columns } = useSize();
  const { exit } = useApp();
  const answer = (given: boolean | undefined): void => {
    onAnswer(given);
    exit();
  };
  // A paste arrives in one piece and is no key.
  useInput((input, key) => {
    if (key.ctrl && (input === "c" || input === "d")) answer(undefined);
    else if (key.return) answer(yes);
    else if (key.escape || input === "n") setYes(false);
    else if (input === "y") setYes(true);
    else if (key.upArrow || key.downArrow || key.tab) setYes(!yes);
    else setUnheard(true);
  });
  usePaint({ rows: trustRows(page, { yes, unheard }, Math.min(columns - 1, 100)), cursor: undefined });
  return null;
}
