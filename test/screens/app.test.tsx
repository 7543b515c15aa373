import { afterEach, expect, test } from "vitest";
import { App } from "../../components/App.tsx";
import { RunView } from "../../components/RunView.tsx";
import { FaultError } from "../../src/core/fault.ts";
import { type ScriptedFrontEnd, scriptedFrontEnd } from "../helpers/front-end.ts";
import { type Frame, mount } from "./frame.ts";
import { finishedRun } from "./journals.ts";
import { directAnswer, liveRun, NOW, pastSession, report, votedRun } from "./situations.ts";

const mounted: Frame[] = [];

afterEach(() => {
  for (const frame of mounted.splice(0)) frame.unmount();
});

function show(frontEnd: ScriptedFrontEnd, size = { columns: 100, rows: 30 }): Frame {
  const frame = mount(<App frontEnd={frontEnd} now={() => NOW} />, size);
  mounted.push(frame);
  return frame;
}

test("keys that arrive in one tick each see what the one before did", async () => {
  const frontEnd = scriptedFrontEnd();
  const frame = show(frontEnd);
  for (const bytes of ["h", "e", "x", "\u007f", "y\r"]) frame.type(bytes);
  expect(frontEnd.commands).toEqual([{ do: "say", text: "hey" }]);
  expect(frontEnd.remembered).toEqual(["hey"]);
  expect(await frame.text()).not.toContain("hey");
});

test("what settles is printed once, below what was there", async () => {
  const frontEnd = scriptedFrontEnd({ chat: { items: directAnswer.slice(0, 1) } });
  const frame = show(frontEnd);
  frontEnd.append(...directAnswer.slice(1));
  frontEnd.setLead({ activity: "thinking" });
  const text = await frame.text();
  expect(text.match(/answered directly/g)).toHaveLength(1);
  expect(text.indexOf("test coverage")).toBeLessThan(text.indexOf("78 %"));
});

test("tools of one turn stand together, whatever number of replies they came from", async () => {
  const [, , tools] = directAnswer;
  const frontEnd = scriptedFrontEnd({ chat: { items: tools ? [tools] : [] } });
  const frame = show(frontEnd);
  frontEnd.append(...directAnswer.slice(2));
  expect(await frame.text()).toMatch(/\n\n {2}▸ read .*\n {2}▸ read .*\n {2}answered directly/);
});

test("of a long history only the newest entries are laid out, and it says so", async () => {
  const items = Array.from({ length: 300 }, (_, id) => ({ id, at: NOW, kind: "user", text: `message ${id}` }) as const);
  const text = await show(scriptedFrontEnd({ chat: { items } })).text();
  expect(text).toContain("… 260 earlier entries");
  expect(text).not.toContain("message 259\n");
  expect(text).toContain("message 260\n");
});

test("the votes of a settled run, with the minority's reason", async () => {
  const frame = show(
    scriptedFrontEnd({
      chat: { reports: [report] },
      runRecords: async (runId) => ({ runId, number: 2, records: finishedRun }),
    }),
  );
  frame.type("\u000f");
  await frame.text();
  expect(await frame.text()).toMatchSnapshot();
});

test("the votes of a run under way", async () => {
  const frame = show(scriptedFrontEnd({ runs: [votedRun()] }), { columns: 60, rows: 24 });
  frame.type("\u000f");
  frame.type("v");
  expect(await frame.text()).toMatchSnapshot();
});

test("/cost adds up the lead, settled runs and runs under way", async () => {
  const leadSpend = { calls: 3, tokens: 5200, costUsd: 0.04, unpricedCalls: 1 };
  const lead = { model: "gpt-5.5", backend: "openai", simulated: false };
  const frame = show(
    scriptedFrontEnd({
      chat: { reports: [{ ...report, runId: "run-1", number: 1 }], leadSpend, lead },
      runs: [liveRun()],
    }),
  );
  frame.type("/cost\r");
  expect(await frame.text()).toMatchSnapshot();
});

test("/team names every agent, its model, and what is simulated", async () => {
  const frame = show(
    scriptedFrontEnd({
      start: {
        agents: [
          { id: "ada", model: "gpt-5.5", simulated: false },
          { id: "bob", model: "echo", simulated: true },
        ],
      },
    }),
  );
  frame.type("/team\r");
  const text = await frame.text();
  expect(text).toContain("ada  gpt-5.5");
  expect(text).toContain("bob  echo (simulated)");
});

test("/runs lists the project's runs, or says why it cannot", async () => {
  const past = {
    runId: "r",
    number: 7,
    title: "gRPC health check",
    status: "answered",
    winner: "ada",
    costUsd: 0.38,
    startedAt: NOW - 7_200_000,
    logDir: "/l",
  };
  const frame = show(scriptedFrontEnd({ pastRuns: async () => [past] }));
  frame.type("/runs\r");
  expect(await frame.text()).toMatch(/7 {2}gRPC health check .*ada won · \$0\.38 · 2h ago/);
  const broken = show(
    scriptedFrontEnd({
      pastRuns: async () => {
        throw new FaultError({ code: "disk", message: "runs: permission denied", hint: "chmod it" });
      },
    }),
  );
  broken.type("/runs\r");
  expect(await broken.text()).toContain("✖ runs: permission denied chmod it");
});

test("another session starts a transcript of its own", async () => {
  const session = pastSession("s2", "the other one");
  const frontEnd = scriptedFrontEnd({
    pastSessions: async () => [session],
    openSession: async () => {
      frontEnd.setInfo({ cameBack: "project grpc · last here today" });
      frontEnd.setChat((chat) => ({
        ...chat,
        session: "s2",
        items: [{ id: 1, at: NOW, kind: "user", text: "from before" }],
      }));
    },
  });
  const frame = show(frontEnd);
  frame.type("/resume\r");
  expect(await frame.text()).toContain("❯ the other one");
  frame.type("\r");
  await frame.text();
  const text = await frame.text();
  expect(frontEnd.opened).toEqual([{ kind: "existing", id: "s2" }]);
  expect(text).toContain("massgen 0.1.0 · project grpc · last here today");
  expect(text).toContain("❯ from before");
  expect(text).not.toContain("the other one");
});

test("a session that cannot be opened leaves this one as it is and says why", async () => {
  const session = pastSession("s2", "locked");
  const frontEnd = scriptedFrontEnd({
    pastSessions: async () => [session],
    openSession: async () => {
      throw new FaultError({ code: "disk", message: "Session s2 is open in another window" });
    },
  });
  const frame = show(frontEnd);
  frame.type("/resume\r");
  await frame.text();
  frame.type("\r");
  expect(await frame.text()).toContain("✖ Session s2 is open in another window");
});

test("quitting tells the app once and leaves nothing but the transcript", async () => {
  const frontEnd = scriptedFrontEnd({ chat: { items: directAnswer } });
  const frame = show(frontEnd);
  frame.type("/quit\r");
  const text = await frame.text();
  expect(frontEnd.quits()).toBe(1);
  expect(text.trimEnd()).toMatch(/answered directly · ⌃T runs the team$/);
});

test("a single run without a chat shows its card and ends when it is done", async () => {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const live = liveRun();
  const run = { get: () => live, subscribe: () => () => undefined };
  const frame = mount(<RunView run={run} done={done} now={() => NOW} />, { columns: 80, rows: 24 });
  mounted.push(frame);
  expect(await frame.text()).toContain("╰─ ctrl+c stops ─");
  finish();
  await frame.ended;
});
