import { render } from "ink";
import { App } from "../../components/App.tsx";
import { mountOptions } from "../../components/mount-options.ts";
import { TrustPage } from "../../components/trust/TrustPage.tsx";
import { RunView } from "../../components/RunView.tsx";
import type { ChatFrontEnd, Feed, LiveRun } from "../core/front-end.ts";
import type { TrustPage as Page } from "../core/trust.ts";

/** Shows the chat until the screen ends itself, or until `left` settles. */
export async function showChat(frontEnd: ChatFrontEnd, left: Promise<unknown>): Promise<void> {
  const screen = render(<App frontEnd={frontEnd} />, mountOptions);
  const close = (): void => screen.unmount();
  void left.then(close, close);
  await screen.waitUntilExit();
}

/** Asks about what a folder wants. Resolves with the answer; undefined: the user left. */
export async function askTrust(page: Page): Promise<boolean | undefined> {
  let answer: boolean | undefined;
  const screen = render(<TrustPage page={page} onAnswer={(given) => (answer = given)} />, mountOptions);
  await screen.waitUntilExit();
  return answer;
}

export async function showRun(run: Feed<LiveRun>, done: Promise<unknown>): Promise<void> {
  await render(<RunView run={run} done={done} />, mountOptions).waitUntilExit();
}
