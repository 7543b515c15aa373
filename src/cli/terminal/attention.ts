import { asksSince, newsSince, windowTitle } from "../../core/chat/attention.ts";
import type { ChatFrontEnd } from "../../core/front-end.ts";
import type { Focus } from "./focus.ts";

/** Keeps the window's title, and tells of what happens while the user looks elsewhere. `again`: the title was lost. */
export function watchForUser(
  frontEnd: Pick<ChatFrontEnd, "chat" | "runs" | "start">,
  options: {
    readonly focus: Pick<Focus, "get">;
    readonly write: (bytes: string) => void;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): { readonly again: () => void; readonly end: () => void } {
  const { focus, write, env } = options;
  const { shortPlace, notifications = "auto" } = frontEnd.start;
  let seen = frontEnd.chat.get();
  let seenRuns = frontEnd.runs.get();
  let title = "";
  const look = (): void => {
    const chat = frontEnd.chat.get();
    const runs = frontEnd.runs.get();
    const wanted = windowTitle(chat, shortPlace, runs);
    if (wanted !== title) write(`\u001b]2;${wanted}\u0007`);
    title = wanted;
    const isAway = notifications === "always" || (notifications === "auto" && !focus.get());
    const news = [...newsSince(seen, chat), ...asksSince(seenRuns, runs)];
    if (isAway) for (const text of news) write(notification(text, env));
    [seen, seenRuns] = [chat, runs];
  };
  look();
  const ends = [frontEnd.chat.subscribe(look), frontEnd.runs.subscribe(look)];
  const again = (): void => {
    title = "";
    look();
  };
  return { again, end: () => ends.forEach((end) => end()) };
}

/** OSC 777 where that is what the terminal knows, OSC 9 elsewhere; and the bell, which all of them know. */
function notification(text: string, env: Readonly<Record<string, string | undefined>>): string {
  const knows777 = env["VTE_VERSION"] !== undefined || /^(rxvt|foot)/.test(env["TERM"] ?? "");
  return knows777 ? `\u001b]777;notify;massgen;${text}\u0007\u0007` : `\u001b]9;massgen: ${text}\u0007\u0007`;
}
