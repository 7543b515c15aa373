import type { ClosedPaths, Grant } from "../core/workspace.ts";

type PathRules = Pick<Grant, "closed" | "asks">;

/** Rules for an agent's own directory and the copies in it, for where those lie in kept answers: "agent1.2/project/…". */
export function rulesInAnswers({ closed, asks }: PathRules, copies: readonly string[]): PathRules {
  const above = ["/*/", ...new Set(copies.map((name) => `/*/${escaped(name)}/`))];
  const inAnswers = ({ read, write }: ClosedPaths): ClosedPaths => ({
    read: read.flatMap((pattern) => below(above, pattern)),
    write: write.flatMap((pattern) => below(above, pattern)),
  });
  return { ...(closed && { closed: inAnswers(closed) }), ...(asks && { asks: inAnswers(asks) }) };
}

/** A pattern with a "/" in it is about one place; one without, about a name at any depth. */
function below(above: readonly string[], pattern: string): readonly string[] {
  const not = pattern.startsWith("!") ? "!" : "";
  const rest = pattern.slice(not.length);
  if (!rest.replace(/\/+$/, "").includes("/")) return [pattern];
  return above.map((place) => `${not}${place}${rest.replace(/^\/+/, "")}`);
}

function escaped(name: string): string {
  return name.replace(/[\\*?[\]!# ]/g, "\\$&");
}
