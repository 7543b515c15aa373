import { afterEach, beforeEach, expect } from "vitest";
import { makeSandbox, type Sandbox } from "../helpers/cli.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import { openChatTerminal } from "./chat-script.ts";

type Options = Parameters<typeof openChatTerminal>[2];
type Size = { readonly cols: number; readonly rows: number };

export type ChatRig = {
  readonly sandbox: Sandbox;
  /** A model server; closed after the test. */
  readonly serve: (script: ModelScript) => Promise<ModelServer>;
  /** The program, as soon as it is started. */
  readonly start: (args: readonly string[], options?: Options) => Promise<Terminal>;
  /** The program, once its prompt is there. */
  readonly open: (args: readonly string[], options?: Options) => Promise<Terminal>;
};

/** For each test of a file a directory of its own. What was opened in it is closed afterwards, terminals first. */
export function chatRig(): ChatRig {
  let sandbox: Sandbox;
  const terminals: Terminal[] = [];
  const servers: ModelServer[] = [];
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.kill()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
    sandbox.remove();
  });
  const start: ChatRig["start"] = async (args, options) => {
    const terminal = await openChatTerminal(sandbox, args, options);
    terminals.push(terminal);
    return terminal;
  };
  return {
    get sandbox() {
      return sandbox;
    },
    async serve(script) {
      const server = await startModelServer(script);
      servers.push(server);
      return server;
    },
    start,
    async open(args, options) {
      const terminal = await start(args, options);
      await terminal.inputReady();
      await terminal.waitFor("? for help");
      return terminal;
    },
  };
}

/** Opens the screen alone, over the chat of fixtures/chat.tsx; killed after the test. */
export function screenRig(usual: Size): (size?: Size) => Promise<Terminal> {
  const terminals: Terminal[] = [];
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.kill("SIGKILL")));
  });
  return async (size = usual) => {
    const fixture = new URL("fixtures/chat.tsx", import.meta.url).pathname;
    const terminal = await openTerminal({ command: process.execPath, args: ["--import", "tsx", fixture], ...size });
    terminals.push(terminal);
    await terminal.inputReady();
    return terminal;
  };
}

/** Nothing may ever take from the user what stands in the window or the scrollback. */
export function expectNothingErased({ raw }: Terminal): void {
  expect(raw()).not.toContain("\u001b[2J");
  expect(raw()).not.toContain("\u001b[3J");
}
