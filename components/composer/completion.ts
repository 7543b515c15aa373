import { slashCommands, type SlashCommand } from "../../src/core/chat/slash.ts";

/** The slash commands that a line being typed can still become; none once it has more than a name. */
export function completions(text: string): readonly SlashCommand[] {
  const [, typed] = /^\/([\p{L}\d?-]*)$/u.exec(text) ?? [];
  if (typed === undefined) return [];
  const wanted = typed.toLowerCase();
  const named = slashCommands.filter(({ name }) => name.startsWith(wanted));
  const aliased = slashCommands.filter(
    (slash) => !named.includes(slash) && slash.aliases.some((alias) => alias.startsWith(wanted)),
  );
  return [...named, ...aliased];
}

/** The line with the command filled in; a blank follows when the command can take more. */
export function completed({ name, args }: SlashCommand): string {
  return `/${name}${args === "" ? "" : " "}`;
}

/** The name being typed behind a command that takes an agent: "/drop ad" asks for "ad". */
export function agentArgument(text: string): { readonly from: number; readonly query: string } | undefined {
  const [, name, query] = /^\/([\p{L}\d-]+)\s+@?([^\s@]*)$/u.exec(text) ?? [];
  if (name === undefined || query === undefined) return undefined;
  const takesAgent = slashCommands.some((slash) => slash.name === name.toLowerCase() && slash.args === "<agent>");
  return takesAgent ? { from: text.length - query.length, query } : undefined;
}
