import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type ChatOptions, openChat } from "../../src/app/open-chat.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import type { ChatState } from "../../src/core/chat/state.ts";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { tempDir } from "../projects/temp-dir.ts";

export type RealChat = {
  readonly frontEnd: ChatFrontEnd;
  readonly cwd: string;
  readonly session: string;
  readonly until: (holds: (chat: ChatState) => boolean) => Promise<ChatState>;
  /** Resolves with the chat when the lead has answered. */
  readonly say: (text: string) => Promise<ChatState>;
  readonly left: Awaited<ReturnType<typeof openChat>>["left"];
  /** Leaves, and resolves when all is on disk. */
  readonly leave: () => Promise<void>;
};

/** A directory with a simulated team that does not wait. */
export async function directory(): Promise<string> {
  const cwd = join(await tempDir(), "api");
  await mkdir(cwd);
  const agents = ["ada", "bob"].map(
    (id) => `  - {id: ${id}, backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}}`,
  );
  await writeFile(join(cwd, "team.yaml"), `agents:\n${agents.join("\n")}\n`);
  return cwd;
}

/** The whole chat but for the screen: real journals, projects and runs; only the model is simulated. */
export async function openRealChat(cwd: string, options: Partial<ChatOptions> = {}): Promise<RealChat> {
  const env = { HOME: join(cwd, "..", "home") };
  const { frontEnd, left } = await openChat({
    cwd,
    env,
    version: "0.0.0",
    configRef: join(cwd, "team.yaml"),
    dryRun: false,
    ...options,
  });
  const leave = async (): Promise<void> => {
    frontEnd.quit();
    await left;
  };
  // A test that expects a bad end awaits it itself.
  onTestFinished(() => leave().catch(() => undefined));
  const until: RealChat["until"] = (holds) =>
    new Promise((resolve) => {
      const look = (): void => {
        const chat = frontEnd.chat.get();
        if (!holds(chat)) return;
        stop();
        resolve(chat);
      };
      const stop = frontEnd.chat.subscribe(look);
      look();
    });
  return {
    frontEnd,
    cwd,
    session: frontEnd.chat.get().session,
    until,
    left,
    leave,
    async say(text) {
      const before = frontEnd.chat.get().items.length;
      frontEnd.send({ do: "say", text });
      return until((chat) => chat.items.length > before + 1 && !turnUnderWay(chat));
    },
  };
}
