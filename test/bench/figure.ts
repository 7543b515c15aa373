import type { Stage } from "./stage.ts";

/** One line of the table. Samples are all runs of one program, in order. */
export type Row = {
  readonly what: string;
  readonly unit: "ms" | "MB" | "%" | "bytes" | "times";
  readonly ours: readonly number[];
  /** The least that anybody could do, measured in the same run. */
  readonly floor?: { readonly name: string; readonly samples: readonly number[] };
  /** At most so much, by the median. */
  readonly aim?: number;
};

export type Figure = {
  /** As on the command line. */
  readonly name: string;
  readonly measure: (stage: Stage) => Promise<readonly Row[]>;
};

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}

/** The sample below which that share of them lies: 0.95 for the 95th percentile. */
export function share(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** Measures each program once, then each once more: whatever else the machine does, it does to all of them. */
export async function inTurn<Samples extends Readonly<Record<string, unknown>>>(
  runs: number,
  programs: { readonly [Name in keyof Samples]: () => Promise<Samples[Name]> },
): Promise<{ [Name in keyof Samples]: Samples[Name][] }> {
  const names: readonly (keyof Samples)[] = Object.keys(programs);
  const samples: { [Name in keyof Samples]?: Samples[Name][] } = {};
  for (let run = 0; run < runs; run += 1) {
    for (const name of names) (samples[name] ??= []).push(await programs[name]());
  }
  return samples as { [Name in keyof Samples]: Samples[Name][] };
}
