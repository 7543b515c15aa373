import { type ChatOptions, openChat } from "../app/open-chat.ts";
import { answerTrust, trustQuestion } from "../app/trust.ts";
import { FaultError } from "../core/fault.ts";
import { handleSignals, onTerminalGone } from "./signals.ts";
import { restoreTerminal } from "./terminal/restore.ts";

/** The chat, and the one after it when the user goes to another session. Resolves with the exit code. */
export async function runChat(options: ChatOptions & { readonly plain: boolean }): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new FaultError({
      code: "usage",
      message: "There is no terminal for the chat",
      hint: 'Ask one question instead: massgen "What does this project do?", or use --automation in scripts.',
    });
  }
  // The screen's code loads while the session is read.
  const screen = options.plain
    ? import("./plain-chat.ts").then(({ showPlainChat }) => showPlainChat)
    : import("./mount.tsx").then(({ showChat }) => showChat);
  process.on("exit", restoreTerminal);
  // From here on the terminal keeps what is typed for the screen, instead of echoing it and turning Enter into a newline.
  if (!options.plain) process.stdin.setRawMode(true);
  const page = await trustQuestion(options.cwd, options.env);
  if (page) {
    const yes = options.plain
      ? await (await import("./plain-trust.ts")).askTrustInLines(page)
      : await (await import("./mount.tsx")).askTrust(page);
    if (yes === undefined) return 0;
    await answerTrust(page, yes, options.env);
    if (!options.plain) process.stdin.setRawMode(true); // a screen that ends takes it back
  }
  let quit = (): void => {};
  let gone: Promise<unknown> = Promise.resolve();
  const { hangUp } = handleSignals({
    interrupt: () => quit(),
    isOurs: () => options.plain || process.stdin.isRaw,
    end: () => {
      quit();
      return gone;
    },
    last: restoreTerminal,
  });
  onTerminalGone(hangUp);
  let next: typeof options | undefined = options;
  while (next) {
    const current: typeof options = next;
    const { frontEnd, left } = await openChat(current);
    quit = frontEnd.quit;
    gone = left;
    const show = await screen;
    await show(frontEnd, left);
    // A screen that ended by itself, by a crash say, takes the chat with it.
    frontEnd.quit();
    const { next: other } = await left;
    next = other && { ...current, ...other, pick: false, firstMessage: undefined };
  }
  return 0;
}
