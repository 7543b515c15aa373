/** A reply before it is streamed: what the simulated model says and which tools it calls. */
export type Draft = { readonly text: string; readonly reasoning?: string; readonly calls: readonly DraftCall[] };

export type DraftCall = { readonly name: string; readonly input: Readonly<Record<string, unknown>> };

/** Who is played. The same player gives the same reply to the same request. */
export type Player = { readonly agentId: string; readonly seed: number };

export function say(...paragraphs: readonly (string | undefined)[]): Draft {
  return { text: paragraphs.filter((text) => text !== undefined && text !== "").join("\n\n"), calls: [] };
}

/** A reply that calls tools; calls of tools that were not offered are undefined and left out. */
export function call(text: string, ...calls: readonly (DraftCall | undefined)[]): Draft {
  return { text, calls: calls.filter((call) => call !== undefined) };
}
