import { useState } from "react";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { createLeadTail, type LeadTail } from "../chat/lead-tail.ts";
import type { Printer } from "../chat/printer.ts";
import { useHighlighter } from "../hooks/use-highlighter.ts";
import { useDisarm } from "../hooks/use-disarm.ts";
import { usePaint } from "../hooks/use-painter.ts";
import { usePlay } from "../hooks/use-play.ts";
import { useFeed } from "../hooks/use-feed.ts";
import { type Clock, useTick } from "../hooks/use-now.ts";
import { useWake } from "../hooks/use-wake.ts";
import { useSize } from "../hooks/use-size.ts";
import { isAlive } from "./activity.ts";
import { layout } from "./layout.ts";
import type { View } from "./screen-state.ts";
import type { Shell } from "./shell.ts";

type Props = {
  readonly frontEnd: ChatFrontEnd;
  readonly shell: Shell;
  readonly printer: Printer;
  readonly clock: Clock;
};

/** Everything that still changes: drawn below the transcript, never as high as the terminal. */
export function Live(props: Props) {
  const view = useView(props);
  const { reply, behind } = useFeed(props.printer);
  const [tail] = useState(createLeadTail);
  const unprinted: LeadTail = (text, ...room) =>
    // What is printed in a moment need not be drawn before.
    behind ? [] : tail(text.startsWith(reply) ? text.slice(reply.length) : text, ...room);
  usePaint(layout(view, unprinted));
  return null;
}

function useView({ frontEnd, shell, clock }: Props): View {
  useFeed(shell.screen);
  useFeed(frontEnd.chat);
  useFeed(frontEnd.runs);
  useFeed(frontEnd.info);
  useFeed(frontEnd.saving);
  const view = shell.view(useSize());
  useTick(clock, isAlive(view));
  useDisarm(shell, clock.now);
  useWake(shell, clock.now);
  useHighlighter(view.lead.activity !== "idle" || view.chat.items.length > 0);
  usePlay(shell);
  return view;
}
