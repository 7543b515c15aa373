import { writeSync } from "node:fs";
import { type ChatOptions, openChat } from "../app/open-chat.ts";
import { answerTrust, trustQuestion } from "../app/trust.ts";
import { FaultError } from "../core/fault.ts";
import { handleSignals } from "./signals.ts";

/** The chat, and the one after it when the user goes to another session. Resolves with the exit code. */
export async function runChat(options: ChatOptions): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new FaultError({
      code: "usage",
      message: "There is no terminal for the chat",
      hint: 'Ask one question instead: massgen "What does this project do?", or use --automation in scripts.',
    });
  }
  // The screen's code loads while the session is read.
  const screen = import("./mount.tsx");
  process.on("exit", restoreTerminal);
  // From here on the terminal keeps what is typed for the screen, instead of echoing it and turning Enter into a newline.
  process.stdin.setRawMode(true);
  const page = await trustQuestion(options.cwd, options.env);
  if (page) {
    const { askTrust } = await screen;
    const yes = await askTrust(page);
    if (yes === undefined) return 0;
    await answerTrust(page, yes, options.env);
    process.stdin.setRawMode(true); // a screen that ends takes it back
  }
  let quit = (): void => {};
  let gone: Promise<unknown> = Promise.resolve();
  handleSignals({
    interrupt: () => quit(),
    isOurs: () => process.stdin.isRaw,
    end: () => {
      quit();
      return gone;
    },
  });
  let next: ChatOptions | undefined = options;
  while (next) {
    const current: ChatOptions = next;
    const { frontEnd, left } = await openChat(current);
    quit = frontEnd.quit;
    gone = left;
    const { showChat } = await screen;
    await showChat(frontEnd, left);
    // A screen that ended by itself, by a crash say, takes the chat with it.
    frontEnd.quit();
    const { next: session } = await left;
    next =
      session === undefined ? undefined : { ...current, resume: session, project: undefined, firstMessage: undefined };
  }
  return 0;
}

// 1047 and not 1049, which would also put the cursor where it was when a view was last opened.
/** Whatever happened: no mouse, no bracketed paste, main screen, no kitty keys, a visible cursor, plain colours. */
function restoreTerminal(): void {
  try {
    if (process.stdin.isRaw) process.stdin.setRawMode(false);
    writeSync(1, "\u001b[?1000;1002;1003;1006l\u001b[?2004l\u001b[?1047l\u001b[<u\u001b[?25h\u001b[?2026l\u001b[0m");
  } catch {
    // the terminal is gone, and with it what was to be restored
  }
}
