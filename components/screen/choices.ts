import { agentArgument, completed, completions } from "../composer/completion.ts";
import type { Edit } from "../composer/editor.ts";
import { mentionAt, mentionText } from "../composer/mention.ts";
import { searchHistory } from "../composer/search-history.ts";
import { oneLine } from "../../src/core/text.ts";
import { modelName } from "../run/names.ts";
import { safe } from "../text/width.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** One line of the list above the composer. */
export type Choice = {
  readonly shown: string;
  readonly help: string;
  /** What taking it does to the text. */
  readonly edit: Edit;
  /** A command: the text that taking it makes can be sent as it is. */
  readonly sends?: boolean;
};

/** `exact`: the first one is what stands there already. */
export type Choices = {
  readonly kind: "command" | "mention" | "agent" | "earlier";
  readonly list: readonly Choice[];
  readonly exact: boolean;
};

/** What can complete the word at the cursor; undefined when nothing can, or when the list was closed with Esc. */
export function openChoices(view: View): Choices | undefined {
  const { editor, completion, approval, search, vim } = view.screen;
  if (search) return searchChoices(view);
  if (vim?.mode === "normal") return undefined;
  if (completion.closedFor === editor.text || approval?.mode === "reason") return undefined;
  const choices = commandChoices(view.screen) ?? agentChoices(view) ?? mentionChoices(view);
  return choices && choices.list.length > 0 ? choices : undefined;
}

/** Earlier messages that hold what the composer does, newest first; possibly none. */
export function searchChoices({ screen, history }: View): Choices {
  const list = searchHistory(history, screen.editor.text).map((text): Choice => {
    return { shown: oneLine(safe(text)), help: "", edit: { type: "replace", text } };
  });
  return { kind: "earlier", list, exact: false };
}

function commandChoices({ editor }: ScreenState): Choices | undefined {
  const found = editor.cursor === editor.text.length ? completions(editor.text) : [];
  if (found.length === 0) return undefined;
  const list = found.map((slash): Choice => {
    const text = completed(slash);
    const shown = `${text}${slash.args}`;
    return { shown, help: slash.help, edit: { type: "replace", text }, sends: !slash.args.startsWith("<") };
  });
  return { kind: "command", list, exact: false };
}

function agentChoices(view: View): Choices | undefined {
  const { text, cursor } = view.screen.editor;
  const wanted = cursor === text.length ? agentArgument(text) : undefined;
  if (!wanted) return undefined;
  const list = agentsLike(view, wanted.query).map(({ id, model }): Choice => {
    return { shown: id, help: model, edit: { type: "swap", from: wanted.from, to: cursor, text: id } };
  });
  return { kind: "agent", list, exact: list.length === 1 && list[0]?.shown === wanted.query };
}

function mentionChoices(view: View): Choices | undefined {
  const mention = mentionAt(view.screen.editor);
  if (!mention) return undefined;
  const { from, to, query } = mention;
  const agents = agentsLike(view, query).map(({ id, model }): Choice => {
    return { shown: `@${id}`, help: model, edit: { type: "swap", from, to, text: `${mentionText(id)} ` } };
  });
  const files = (view.screen.files?.paths ?? []).map((path): Choice => {
    // A directory stays open: what is in it comes next.
    const text = path.endsWith("/") ? mentionText(path).replace(/"$/, "") : `${mentionText(path)} `;
    return { shown: safe(path), help: "", edit: { type: "swap", from, to, text } };
  });
  const list = [...agents, ...files];
  return { kind: "mention", list, exact: query !== "" && (list[0]?.shown === query || list[0]?.shown === `@${query}`) };
}

/** Of the newest run under way, else of the team. */
function agentsLike(view: View, query: string): readonly { readonly id: string; readonly model: string }[] {
  const wanted = query.toLowerCase();
  const run = liveRuns(view).at(-1);
  return view.info.agents
    .filter(({ id }) => run === undefined || run.state.agents.some((agent) => agent.id === id))
    .filter(({ id }) => id.toLowerCase().startsWith(wanted))
    .map((agent) => ({ id: agent.id, model: modelName(agent) }));
}
