import { describe, expect, test } from "vitest";
import { GRACE_MS } from "../../components/approval/approval-state.ts";
import { followChat, newScreen, type View } from "../../components/screen/screen-state.ts";
import type { FullView } from "../../components/views/full-view.ts";
import { askedCommand, liveRun, NOW, permissionAsks } from "./situations.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

function open(shown: FullView, given: Partial<View> = {}): View {
  return viewOf({ ...given, screen: { ...newScreen, views: [shown] } });
}

describe("what agents of a run ask for", () => {
  const runs = [liveRun({ permissionAsks })];
  const inbox = open({ kind: "inbox", picked: 0, armed: undefined }, { runs });
  const permit = (steer: object) => ({
    do: "send",
    command: { do: "steer_run", runId: "run-1", steer: { do: "permit", ...steer } },
  });
  const { runId } = runs[0] ?? liveRun();
  const sent = (...steers: readonly object[]) =>
    steers.map((steer) => ({ ...permit(steer), command: { ...permit(steer).command, runId } }));

  test("is a notice in the run's card, and answered in the inbox once, for the run, or with a no", () => {
    const card = drawn(viewOf({ runs, screen: { ...newScreen, overlay: undefined } }));
    expect(card).toContain("? ada wants to run npm publish · and 1 more · /inbox");
    expect(drawn(inbox)).toContain("ada, run 2  run npm publish");
    expect(drawn(inbox)).toContain("For the whole run: npm publish");
    expect(pressAll(inbox, [typed("yy")]).effects).toEqual(sent({ ask: "p1", allow: true }));
    expect(pressAll(inbox, [typed("aa")]).effects).toEqual(sent({ ask: "p1", allow: true, forRun: true }));
    expect(pressAll(inbox, [key("down"), typed("nn")]).effects).toEqual(sent({ ask: "p2", allow: false }));
    expect(pressAll(inbox, [typed("yany")]).effects).toEqual([]);
    const why = pressAll(inbox, [typed("n"), key("enter")]).view;
    expect(why.screen).toMatchObject({ views: [], editor: { text: "/deny p1 " } });
    expect(pressAll({ ...why, now: NOW + 1000 }, [typed("not today"), key("enter")]).effects).toContainEqual(
      sent({ ask: "p1", allow: false, forRun: undefined, reason: "not today" })[0],
    );
  });

  test("is approved all at once by A, pressed twice, as far as it was listed at the first press", () => {
    const armed = pressAll(inbox, [typed("A")]);
    expect(armed.effects).toEqual([]);
    expect(drawn(armed.view)).toContain("A again approves all 2 that are listed");
    const all = sent({ ask: "p1", allow: true }, { ask: "p2", allow: true });
    expect(pressAll(armed.view, [typed("A")]).effects).toEqual(all);
    const third = permissionAsks.slice(0, 1).map((ask) => ({ ...ask, id: "p3", at: NOW - 5000 }));
    const more = { ...armed.view, runs: [liveRun({ permissionAsks: [...permissionAsks, ...third] })] };
    expect(pressAll(more, [typed("A")]).effects).toEqual(all);
  });

  test("is answered by no key that came before anybody could have read it", () => {
    const fresh = permissionAsks.slice(0, 1).map((ask) => ({ ...ask, at: NOW - 10 }));
    const view = open({ kind: "inbox", picked: 0, armed: undefined }, { runs: [liveRun({ permissionAsks: fresh })] });
    expect(pressAll(view, [typed("yyyyAAaa")]).effects).toEqual([]);
  });

  test("has the card at the root, in one queue with the lead's questions, the oldest first", () => {
    const chat = { ...viewOf().chat, calls: [askedCommand] };
    const screen = followChat(newScreen, { chat, runs }, NOW);
    const view = viewOf({ chat, runs, screen, now: NOW + GRACE_MS });
    expect(drawn(view)).toContain("ada, run 2: run npm publish");
    expect(drawn(view)).toContain("1 of 3");
    for (const [chord, more] of [
      ["y", {}],
      ["a", { forRun: true }],
      ["2", { forRun: true }],
    ] as const)
      expect(pressAll(view, [typed(chord)]).effects).toEqual(sent({ ask: "p1", allow: true, ...more }));
    const reason = pressAll(view, [typed("n"), typed("too soon"), key("enter")]);
    expect(reason.effects).toEqual(sent({ ask: "p1", allow: false, reason: "too soon" }));
    expect(pressAll({ ...view, now: NOW }, [typed("y")]).effects).toEqual([]);
  });
});
