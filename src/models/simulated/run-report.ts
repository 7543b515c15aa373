export type ReportedVote = { readonly voter: string; readonly target: string; readonly reason: string };

/** The end of a run as the lead reads it. Every field is "" or empty when the report does not say. */
export type ReportText = {
  readonly run: string;
  readonly id: string;
  readonly title: string;
  readonly purpose: string;
  readonly outcome: string;
  readonly winner: string;
  /** The user made it the winner. */
  readonly chosen: boolean;
  /** "2 of 3" */
  readonly score: string;
  readonly answer: string;
  readonly votes: readonly ReportedVote[];
  readonly files: readonly string[];
  readonly cost: string;
  readonly duration: string;
  readonly fault: string;
  readonly simulated: boolean;
};

// A tag without attributes is only talked about: "you will be sent a <run_report>".
const REPORT = /<run_report\s([^>]*)>([\s\S]*?)(?:<\/run_report>|$)/g;

/** The reports in a message: `<run_report …>`, with attributes and one element for each longer part. */
export function readReports(text: string): ReportText[] {
  return [...text.matchAll(REPORT)].map(([, attributes = "", body = ""]) => readReport(attributes, body));
}

/** The message without its reports: what a person said beside them. */
export function withoutReports(text: string): string {
  return text.replace(REPORT, "").trim();
}

function readReport(attributes: string, body: string): ReportText {
  const named = new Map(
    [...attributes.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)].map(([, name = "", value = ""]) => [name, unescape(value)]),
  );
  const parts = new Map<string, string>();
  const rest = body.replace(/<(\w+)[^>]*>([\s\S]*?)<\/\1>/g, (_, name: string, inner: string) => {
    // An element of the same name again is another agent's answer: the first one counts.
    if (!parts.has(name)) parts.set(name, inner.replace(/<\\(?=\s*\/)/g, "<").trim());
    return "";
  });
  const part = (...names: readonly string[]): string => names.flatMap((name) => parts.get(name) ?? [])[0] ?? "";
  const attribute = (name: string): string => named.get(name) ?? part(name);
  return {
    run: attribute("run"),
    id: attribute("id"),
    title: attribute("title"),
    purpose: attribute("purpose"),
    outcome: attribute("outcome") || "answered",
    winner: attribute("winner").replace(/^(none|null)$/i, ""),
    chosen: named.get("chosen_by") === "user",
    score: /\d+ of \d+/.exec(named.get("votes") ?? "")?.[0] ?? "",
    answer: part("final_answer", "answer") || (parts.size === 0 ? rest.trim() : ""),
    votes: part("votes").split("\n").flatMap(readVote),
    files: part("files")
      .split("\n")
      .map((file) => file.replace(/^[-•*\s]+/, "").trim())
      .filter((file) => file !== ""),
    cost: attribute("cost"),
    duration: attribute("duration"),
    fault: attribute("fault"),
    simulated: attribute("simulated") === "yes",
  };
}

/** "bob → ada (agent1.2): handles reconnects" */
function readVote(line: string): ReportedVote[] {
  const found = /^[-•*\s]*([\w.-]+)\s*(?:→|->|voted for)\s*([\w.-]+)(?:\s*\([^)]*\))?\s*:?\s*(.*)$/.exec(line);
  return found ? [{ voter: found[1] ?? "", target: found[2] ?? "", reason: (found[3] ?? "").trim() }] : [];
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
