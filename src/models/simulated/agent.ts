import { plural } from "../../core/text.ts";
import type { ModelRequest, ToolSpec } from "../../core/model.ts";
import { approachOf, combineAnswers, optionsOf, subjectOf, writeAnswer } from "./agent-answer.ts";
import { isReview, writeReview } from "./agent-review.ts";
import { type Ranked, rankAnswers, voteReason } from "./agent-vote.ts";
import { call, type Draft, type DraftCall, type Player } from "./draft.ts";
import { startsWithWork } from "./lead-intent.ts";
import { type DoneCall, readTeamView, type TeamView } from "./read-request.ts";
import { pathRank, readHits, readListing } from "./tool-output.ts";
import { allowedValues, callTool, isOffered } from "./tool-input.ts";
import { chance, namedPaths, salientWords, slug, stem } from "./words.ts";

/** How often an agent that sees answers writes a better one instead of voting. */
const IMPROVES = 0.15;

/** A member of the team: looks around with its tools, answers, and judges what the others answered. */
export function playAgent(request: ModelRequest, player: Player): Draft {
  const view = readTeamView(request.messages);
  const { tools } = request;
  if (voteTargets(request, view).length > 0 && !wantsToImprove(request, view, player))
    return castVote(request, view, player);
  if (!isOffered(tools, "new_answer")) return castVote(request, view, player);
  const again = refusals(view.done, "new_answer");
  if (view.answers.size > 0 && again === 0) return improve(request, view, player);
  const look = view.hurry || again > 0 ? undefined : lookAround(request, view, player);
  if (look) return look;
  const approach = approachOf(player, view.task, again);
  const reviews = isReview(view.task) && again === 0;
  const content = reviews ? writeReview(player, view) : writeAnswer(player, view, again);
  return call(
    reviews
      ? "I have looked at what there is, and write down what I found."
      : `${approach.stance} I answer along these lines: ${approach.name.toLowerCase()}.`,
    callTool(tools, "new_answer", { "content|answer|text": content }),
  );
}

/** The answers that may be voted for, best first. */
function voteTargets({ tools }: ModelRequest, { answers }: TeamView): string[] {
  if (!isOffered(tools, "vote")) return [];
  const allowed = allowedValues(tools, "vote", "agent_id");
  const visible = [...answers.keys()];
  const both = allowed ? visible.filter((id) => allowed.includes(id)) : visible;
  return both.length > 0 ? both : (allowed ?? []);
}

export function rankTargets(request: ModelRequest, view: TeamView, player: Player): Ranked[] {
  const targets = voteTargets(request, view);
  return rankAnswers(player, view.task, new Map(targets.map((id) => [id, view.answers.get(id) ?? ""])));
}

function castVote(request: ModelRequest, view: TeamView, player: Player): Draft {
  const ranked = rankTargets(request, view, player);
  const refused = refusedTargets(view.done);
  const best = ranked.find(({ id }) => !refused.has(id)) ?? ranked[0];
  if (!best) return call("There is no answer to vote for and none that I may give.");
  const reason = voteReason(
    player,
    best,
    ranked.find(({ id }) => id !== best.id),
  );
  return call(
    `I compared ${plural(ranked.length, "answer")} and vote for the one of ${best.id}.`,
    callTool(request.tools, "vote", { "agent_id|agent|target": best.id, reason }, reason),
  );
}

function wantsToImprove(
  { tools }: ModelRequest,
  { answers, done, hurry }: TeamView,
  { agentId, seed }: Player,
): boolean {
  if (!isOffered(tools, "new_answer") || hurry || answers.size < 2) return false;
  const texts = [...answers.values()];
  if (texts.some((text) => text.startsWith("## Combined")) || refusals(done, "new_answer") > 0) return false;
  return chance(seed, agentId, "improve", ...texts) < IMPROVES;
}

function improve({ tools }: ModelRequest, { task, answers }: TeamView, player: Player): Draft {
  const [best] = rankAnswers(player, task, answers);
  const others = new Map([...answers].filter(([id]) => id !== best?.id));
  const content = combineAnswers(player, task, answers.get(best?.id ?? "") ?? "", others);
  return call(
    `The current answers can be joined: I start from the one of ${best?.id} and add what it lacks.`,
    callTool(tools, "new_answer", { "content|answer|text": content }),
  );
}

/** One to three real tool calls before the first answer, or undefined when there is nothing left to look at. */
function lookAround({ system, tools }: ModelRequest, { task, done }: TeamView, player: Player): Draft | undefined {
  const root = contextPath(system);
  const [word] = salientWords(task, 1);
  if (done.length === 0) {
    const list = callTool(tools, "list_directory", { path: root ?? "." });
    const search =
      word === undefined
        ? undefined
        : callTool(tools, "search_files", { "query|pattern|text": stem(word), ...(root && { path: root }) });
    const first = list ?? search;
    if (first) return call("First I look at what is there.", first, list && root !== undefined ? search : undefined);
  }
  const candidate = done.some(({ name }) => name === "read_file") ? undefined : worthReading(task, done, root, player);
  const read = candidate === undefined ? undefined : callTool(tools, "read_file", { path: candidate });
  const written = done.some(({ name }) => name === "write_file");
  const write =
    written || !startsWithWork(task) || optionsOf(task).length > 1 ? undefined : writeSketch(tools, task, player);
  return read || write
    ? call(read ? `${candidate} looks closest to the task.` : "I keep a sketch of the steps.", read, write)
    : undefined;
}

function worthReading(
  task: string,
  done: readonly DoneCall[],
  root: string | undefined,
  player: Player,
): string | undefined {
  const words = salientWords(`${namedPaths(task).join(" ")} ${task}`, 8).map((word) => stem(word).toLowerCase());
  const outputs = done.filter(({ failed }) => !failed);
  const found = outputs.flatMap(({ name, output }) =>
    name === "search_files"
      ? readHits(output).map(({ path }) => path)
      : readListing(output).filter((entry) => !entry.endsWith("/")),
  );
  const scored = [...new Set(found)]
    .filter((path) => pathRank(path) >= 2)
    .map((path) => {
      const named = words.filter((word) => path.toLowerCase().includes(word)).length;
      return { path, score: named + pathRank(path) / 10 + chance(player.seed, player.agentId, path) / 4 };
    })
    .sort((a, b) => b.score - a.score);
  const best = scored[0]?.path;
  if (best === undefined || best.startsWith("/") || root === undefined) return best;
  return `${root.replace(/\/$/, "")}/${best}`;
}

/** A small file that says what it is. Planning runs offer no write_file, so nothing is written in them. */
function writeSketch(tools: readonly ToolSpec[], task: string, player: Player): DraftCall | undefined {
  const approach = approachOf(player, task);
  const content = [
    `# ${subjectOf(task)}`,
    `A sketch written by a simulated model: the steps of its approach, no finished work.`,
    `## ${approach.name}`,
    approach
      .steps(subjectOf(task), "the code that is closest to it")
      .map((step) => `- [ ] ${step}`)
      .join("\n"),
  ].join("\n\n");
  return callTool(tools, "write_file", { path: `notes/${slug(subjectOf(task))}.md`, "content|text": `${content}\n` });
}

/** The first place besides its own workspace that the system message grants the agent. */
function contextPath(system: string): string | undefined {
  return /^- (\/.+?) \((?:read only|you may change it)\)/m.exec(system)?.[1];
}

function refusals(done: readonly DoneCall[], tool: string): number {
  return done.filter(({ name, failed }) => name === tool && failed).length;
}

/** Targets that a vote named in vain. A vote that only came too late is not among them: it may be given again. */
function refusedTargets(done: readonly DoneCall[]): ReadonlySet<string> {
  const refused = done.filter(
    ({ name, failed, output }) => name === "vote" && failed && /no answer|invalid|one of/i.test(output),
  );
  return new Set(
    refused.flatMap(({ input }) => Object.values(input ?? {}).filter((value) => typeof value === "string")),
  );
}
