import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import type { Question, RunState } from "../core/run/state.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import { type Go, record } from "./model-call.ts";
import { anonymous } from "./prompts.ts";
import type { EngineShell } from "./shell.ts";

const DEFAULT_ANSWER = "Nobody has answered. Decide for yourself, and say in your answer what you assumed.";

/**
 * The tools by which an agent asks the others or the user, and answers. Asking never waits: the answers come into the
 * conversation at a later boundary, and nobody else is held up.
 */
export function askTools(go: Go): readonly Tool[] {
  const run = go.shell.log.get();
  const { broadcast, maxBroadcastsPerAgent } = run.settings;
  if (broadcast === false) return [];
  const me = go.agent.id;
  const ask = defineTool({
    name: "ask_others",
    description: `Ask ${broadcast === "human" ? "the user" : "the other agents"} one question. Go on working: answers are sent to you when they come.`,
    capability: "coordinate",
    input: z.object({ question: z.string().trim().min(1) }),
    summary: ({ question }) => `ask ${broadcast === "human" ? "the user" : "the others"}: ${question}`,
    run: async ({ question }) => {
      const { questions } = go.shell.log.get();
      if (questions.filter(({ agent }) => agent === me).length >= maxBroadcastsPerAgent) {
        throw new FaultError({
          code: "tool",
          message: `You have asked ${maxBroadcastsPerAgent} questions, which is the limit`,
        });
      }
      const id = `q${questions.length + 1}`;
      record(go, { type: "question_asked", id, agent: me, to: broadcast, text: question });
      return `Asked as ${id}. Go on; the answers will be sent to you.`;
    },
  });
  const answerable = openFor(run, me).map(({ id }) => id);
  if (answerable.length === 0) return [ask];
  const answer = defineTool({
    name: "answer_question",
    description: "Answer another agent's question, briefly.",
    capability: "coordinate",
    input: z.object({ question_id: z.string(), answer: z.string().trim().min(1) }),
    summary: ({ question_id: id }) => `answer question ${id}`,
    run: async ({ question_id: id, answer: text }) => {
      if (!openFor(go.shell.log.get(), me).some((question) => question.id === id)) {
        throw new FaultError({ code: "tool", message: `There is no open question "${id}" for you` });
      }
      record(go, { type: "question_answered", id, by: me, text });
      return "Sent.";
    },
  });
  return [ask, answer];
}

/** What has been asked and answered that concerns this agent, each under a key of its own. */
export function talkAmongAgents(run: RunState, me: string): readonly { readonly key: string; readonly text: string }[] {
  return run.questions.flatMap(({ id, agent, to, text, answers }) => {
    if (agent === me) {
      return answers.map(({ by, text: answer }, index) => ({
        key: `${id}.${index}`,
        text: `<ANSWER to your question ${id} from ${nameOf(run, by)}> ${answer} <END OF ANSWER>`,
      }));
    }
    if (to !== "agents" || answers.some(({ by }) => by === "default" || by === me)) return [];
    const from = anonymous(run, agent);
    return [
      {
        key: id,
        text: `<QUESTION ${id} from ${from}> ${text} <END OF QUESTION>\n\nIf you can help, call answer_question with this id, then go on with your own work.`,
      },
    ];
  });
}

function openFor(run: RunState, me: string): RunState["questions"] {
  return run.questions.filter(
    ({ agent, to, answers }) =>
      to === "agents" && agent !== me && !answers.some(({ by }) => by === me || by === "default"),
  );
}

function nameOf(run: RunState, by: string): string {
  if (by === "human") return "the user";
  return by === "default" ? "nobody" : anonymous(run, by);
}

/**
 * A question that nobody answers in time gets an answer all the same; one to the user gets it at once when there is
 * nobody to ask. Returns what ends the watch.
 */
export function watchQuestions({ log, clock, hasUser }: EngineShell): () => void {
  const cancels = new Set<() => void>();
  const watch = ({ id, to }: Pick<Question, "id" | "to">): void => {
    const seconds = to === "human" && !hasUser ? 0 : log.get().settings.broadcastTimeout;
    cancels.add(
      clock.timer(seconds * 1000, () => {
        const { phase, questions } = log.get();
        const open = questions.some((one) => one.id === id && one.answers.length === 0);
        if (phase.kind !== "coordinating" || !open) return;
        log.apply({ type: "question_answered", id, by: "default", text: DEFAULT_ANSWER });
      }),
    );
  };
  for (const question of log.get().questions) if (question.answers.length === 0) watch(question);
  const unsubscribe = log.subscribe((record) => {
    if (record.type === "question_asked") watch(record);
  });
  return () => {
    unsubscribe();
    for (const cancel of cancels) cancel();
  };
}
