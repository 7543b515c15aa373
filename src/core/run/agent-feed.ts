import { oneLine } from "../text.ts";
import type { RunRecord } from "./events.ts";
import type { AgentId } from "./terms.ts";
import { narrate } from "./narrate.ts";

/** A piece of what an agent did, as its column on the screen shows it. */
export type FeedPart = {
  readonly kind: "text" | "thought" | "tool" | "failed" | "answer" | "vote" | "note";
  readonly text: string;
};

/** Per agent what it has written and done, the newest last. `open`: the end of what its model is writing right now. */
export type RunFeeds = Readonly<
  Record<AgentId, { readonly parts: readonly FeedPart[]; readonly open: FeedPart | undefined }>
>;

/** UTF-16 units of text kept per agent, half of them for what is being written: what is older scrolls out and is in the journal. */
const KEPT = 32_000;

const empty: RunFeeds[AgentId] = { parts: [], open: undefined };

/** Folds what happened into the columns. The complete text of a reply takes the place of what was streamed of it. */
export function reduceFeeds(feeds: RunFeeds, record: RunRecord): RunFeeds {
  if (!("agent" in record)) return feeds;
  const { parts } = feeds[record.agent] ?? empty;
  const ends = record.type === "model_replied" || record.type === "execution_stopped";
  const open = ends ? undefined : feeds[record.agent]?.open;
  const added = partsOf(record);
  if (added.length === 0 && !ends) return feeds;
  return { ...feeds, [record.agent]: { parts: newest([...parts, ...added]), open } };
}

/** What a model writes, as it comes. "reset": what came so far of this reply is void. */
export function streamInto(
  feeds: RunFeeds,
  agent: AgentId,
  delta: { readonly kind: string; readonly text: string },
): RunFeeds {
  const feed = feeds[agent] ?? empty;
  if (delta.kind === "reset") return { ...feeds, [agent]: { ...feed, open: undefined } };
  const kind = delta.kind === "reasoning" ? "thought" : "text";
  // Text that follows the reasoning is what matters from then on.
  const before = feed.open?.kind === kind ? feed.open.text : "";
  return { ...feeds, [agent]: { ...feed, open: { kind, text: (before + delta.text).slice(-KEPT / 2) } } };
}

function partsOf(record: Extract<RunRecord, { agent: AgentId }>): readonly FeedPart[] {
  const part = (kind: FeedPart["kind"], text: string): readonly FeedPart[] =>
    text.trim() === "" ? [] : [{ kind, text: text.trim() }];
  switch (record.type) {
    case "model_replied":
      return part("text", record.text.slice(-KEPT));
    case "tool_started":
      return part("tool", oneLine(record.summary));
    case "tool_finished":
      return record.failed ? part("failed", `${record.name}: ${oneLine(record.output).slice(0, 300)}`) : [];
    case "answer_submitted":
      return [
        ...part("answer", `answer ${record.label.replace(/^agent/, "")}`),
        ...part("text", record.text.slice(-KEPT)),
      ];
    case "vote_cast":
      return part("vote", `vote for ${record.target} ${record.label.replace(/^agent/, "")}: ${oneLine(record.reason)}`);
    case "model_retried":
    case "presentation_failed":
      return part("failed", narrate(record) ?? "");
    case "execution_stopped":
      return part(
        record.cancelled ? "note" : "failed",
        record.cancelled ? "starts again with newer answers" : record.fault.message,
      );
    case "execution_started":
    case "update_injected":
    case "enforcement_recorded":
    case "vote_ignored":
    case "notes_delivered":
    case "presentation_started":
    case "agent_dropped":
    case "question_asked":
    case "permission_asked":
      return part("note", narrate(record) ?? "");
    default:
      return [];
  }
}

/** The newest parts that fit. One that is cut keeps its end. */
function newest(parts: readonly FeedPart[]): readonly FeedPart[] {
  let left = KEPT;
  const kept: FeedPart[] = [];
  for (const part of parts.toReversed()) {
    if (left <= 0) break;
    kept.push(part.text.length <= left ? part : { ...part, text: part.text.slice(-left) });
    left -= part.text.length;
  }
  return kept.length === parts.length && left >= 0 ? parts : kept.toReversed();
}
