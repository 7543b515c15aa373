import { expect, test } from "vitest";
import { App } from "../../components/App.tsx";
import { cells } from "../../components/text/width.ts";
import { scriptedFrontEnd } from "../helpers/front-end.ts";
import { mount } from "./frame.ts";
import { askedCommand, askedRun, directAnswer, liveRun, NOW, report, troubledRun, votedRun } from "./situations.ts";

const SIZES = [
  { columns: 100, rows: 30 },
  { columns: 60, rows: 20 },
  { columns: 40, rows: 10 },
];

const cameBack = {
  cameBack: "project grpc-migration · last here yesterday 18:20",
  notices: [],
  team: "ada claude-opus-5, bob gpt-5.5, cyd gemini-3-pro",
};

const SITUATIONS = {
  start: {},
  "coming back": { start: cameBack },
  "direct answer": { start: cameBack, chat: { items: directAnswer } },
  thinking: { start: cameBack, lead: { activity: "thinking", since: NOW - 3000 } },
  writing: {
    start: cameBack,
    lead: { activity: "writing", text: "First the plan.\n\n1. read\n2. wri", since: NOW - 3000 },
  },
  "approval of a run": { start: cameBack, chat: { calls: [askedRun, askedCommand] } },
  "approval of a command": { start: cameBack, chat: { calls: [askedCommand] } },
  "run under way": { start: cameBack, runs: [liveRun()] },
  "run in trouble": { start: cameBack, runs: [troubledRun()] },
  "two runs, all voted": { start: cameBack, runs: [liveRun(), { ...votedRun(), runId: "run-3", number: 3 }] },
  "settled run": { start: cameBack, chat: { items: [{ id: 1, at: NOW, kind: "run", report }], reports: [report] } },
  fault: {
    start: cameBack,
    chat: {
      items: [
        {
          id: 1,
          at: NOW,
          kind: "fault",
          fault: {
            code: "config",
            message: 'configs/team.yaml:14:13  agents[1].backend.type is "opnai"',
            hint: 'Did you mean "openai"? massgen models lists what your keys can use.',
          },
        },
      ],
    },
  },
} as const satisfies Record<string, Parameters<typeof scriptedFrontEnd>[0]>;

for (const [name, given] of Object.entries(SITUATIONS)) {
  for (const size of SIZES) {
    test(`${name} at ${size.columns}×${size.rows}`, async () => {
      const frame = mount(<App frontEnd={scriptedFrontEnd(given)} now={() => NOW} />, size);
      const text = await frame.text();
      frame.unmount();
      expect(text).toMatchSnapshot();
      expect(Math.max(...text.split("\n").map(cells))).toBeLessThanOrEqual(size.columns);
    });
  }
}
