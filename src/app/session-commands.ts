import { relative } from "node:path";
import type { ChatEvent } from "../core/chat/events.ts";
import type { ChatState } from "../core/chat/state.ts";
import type { SessionCommand } from "../core/command.ts";
import { toFault } from "../core/fault.ts";
import { never } from "../core/never.ts";
import type { Environment } from "./config-directory.ts";

export type SessionCommands = {
  readonly send: (command: SessionCommand) => void;
  /** Resolves when all so far are done. */
  readonly idle: () => Promise<unknown>;
};

/** What the user asks of the session itself, not of the lead. What came of it reaches the chat as an event. */
export function createSessionCommands(options: {
  readonly log: { readonly get: () => ChatState; readonly apply: (event: ChatEvent) => void };
  readonly cwd: string;
  readonly env: Environment;
}): SessionCommands {
  const { log, cwd, env } = options;
  let doing: Promise<unknown> = Promise.resolve();
  return {
    send(command) {
      doing = doing
        .then(() => perform(command))
        .catch((error: unknown) => log.apply({ type: "command_failed", fault: toFault(error) }));
    },
    idle: () => doing,
  };

  async function perform(command: SessionCommand): Promise<void> {
    switch (command.do) {
      case "export": {
        const { exportChat } = await import("./export-chat.ts");
        const path = await exportChat(log.get(), { file: command.file, cwd, env });
        const shown = relative(cwd, path);
        return log.apply({ type: "command_done", text: `exported to ${shown.startsWith("..") ? path : shown}` });
      }
      default:
        return never(command.do);
    }
  }
}
