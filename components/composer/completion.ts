import { slashCommands, type SlashCommand } from "../../src/core/chat/slash.ts";

const MAX_SHOWN = 6;

/** The slash commands that a line being typed can still become; none once it has more than a name. */
export function completions(text: string): readonly SlashCommand[] {
  const [, typed] = /^\/([\p{L}\d?-]*)$/u.exec(text) ?? [];
  if (typed === undefined) return [];
  const wanted = typed.toLowerCase();
  const named = slashCommands.filter(({ name }) => name.startsWith(wanted));
  const aliased = slashCommands.filter(
    (slash) => !named.includes(slash) && slash.aliases.some((alias) => alias.startsWith(wanted)),
  );
  return [...named, ...aliased].slice(0, MAX_SHOWN);
}

/** The line with the command filled in; a blank follows when the command can take more. */
export function completed({ name, args }: SlashCommand): string {
  return `/${name}${args === "" ? "" : " "}`;
}
