import { App } from "../../components/App.tsx";
import { isGroundWanted, setGround, setTheme } from "../../components/theme.ts";
import { mount } from "../../components/mount.tsx";
import { TrustPage } from "../../components/trust/TrustPage.tsx";
import { RunView } from "../../components/RunView.tsx";
import type { ChatFrontEnd, Feed, LiveRun } from "../core/front-end.ts";
import type { TrustPage as Page } from "../core/trust.ts";
import { watchForUser } from "./terminal/attention.ts";
import { watchFocus } from "./terminal/focus.ts";
import { askGround } from "./terminal/ground.ts";
import { enterTerminal, setDrawing } from "./terminal/restore.ts";
import { onContinued, stopUntilContinued } from "./terminal/stop.ts";

/** Shows the chat until the screen ends itself, or until `left` settles. */
export async function showChat(frontEnd: ChatFrontEnd, left: Promise<unknown>): Promise<void> {
  const theme = frontEnd.preferences.theme ?? frontEnd.start.theme;
  setTheme(theme);
  const focus = watchFocus(process.stdin);
  const write = (bytes: string): void => void process.stdout.write(bytes);
  enterTerminal();
  const ground = isGroundWanted(theme, process.env) && canAnswer(process.env) ? askOnce(write) : undefined;
  const user = watchForUser(frontEnd, { focus, write, env: process.env });
  const stop = async (): Promise<void> => {
    await stopUntilContinued();
    user.again();
  };
  setDrawing(true);
  const screen = mount(<App frontEnd={frontEnd} job={{ stop, onContinued }} />);
  const close = (): void => screen.unmount();
  void left.then(close, close);
  try {
    await screen.waitUntilExit();
  } finally {
    user.end();
    ground?.end();
    focus.end();
    setDrawing(false);
  }
}

let asked = false;

/** Once: the next chat of this program is on the same terminal. */
function askOnce(write: (bytes: string) => void): ReturnType<typeof askGround> | undefined {
  if (asked) return undefined;
  asked = true;
  return askGround(process.stdin, write, setGround);
}

/** The console of Linux and GNU screen do not know the question. */
function canAnswer({ TERM = "", STY = "" }: NodeJS.ProcessEnv): boolean {
  return !/^(linux|dumb)/.test(TERM) && STY === "";
}

/** Asks about what a folder wants. Resolves with the answer; undefined: the user left. */
export async function askTrust(page: Page): Promise<boolean | undefined> {
  let answer: boolean | undefined;
  const screen = mount(<TrustPage page={page} onAnswer={(given) => (answer = given)} />);
  await screen.waitUntilExit();
  return answer;
}

export async function showRun(run: Feed<LiveRun>, done: Promise<unknown>): Promise<void> {
  await mount(<RunView run={run} done={done} />).waitUntilExit();
}
