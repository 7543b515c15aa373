import { diffArrays } from "diff";

/** Lines of several texts that belong together, one of each text; undefined where a text has none. */
export type AlignedRow = { readonly lines: readonly (string | undefined)[]; readonly same: boolean };

/** A text beside the first one. `beside[n]` stands on the row of the first one's line `n`, `after[n]` on rows of its own before it. */
type Beside = {
  readonly beside: readonly (string | undefined)[];
  readonly same: readonly boolean[];
  readonly before: readonly (readonly string[])[];
};

/** Texts that have hardly a line in common are not worth more milliseconds. */
const PATIENCE_MS = 150;

/** Texts side by side: a line that all of them have stands on one row, what was changed stands beside what it was. */
export function alignLines(texts: readonly string[]): readonly AlignedRow[] {
  const [first = [], ...others] = texts.map((text) => text.split("\n").map((line) => line.trimEnd()));
  const placed = others.map((lines) => placeBeside(first, lines));
  const rows: AlignedRow[] = [];
  for (let index = 0; index <= first.length; index++) {
    const most = Math.max(0, ...placed.map(({ before }) => before[index]?.length ?? 0));
    for (let extra = 0; extra < most; extra++) {
      rows.push({ lines: [undefined, ...placed.map(({ before }) => before[index]?.[extra])], same: false });
    }
    if (index === first.length) break;
    rows.push({
      lines: [first[index], ...placed.map(({ beside }) => beside[index])],
      same: placed.every(({ same }) => same[index]),
    });
  }
  return rows;
}

function placeBeside(first: readonly string[], other: readonly string[]): Beside {
  const beside: (string | undefined)[] = [];
  const same: boolean[] = [];
  const before: string[][] = Array.from({ length: first.length + 1 }, () => []);
  let added: string[] = [];
  let removed = 0;
  const settle = (): void => {
    for (let n = 0; n < removed; n++) {
      beside.push(added[n]);
      same.push(false);
    }
    before[beside.length]?.push(...added.slice(removed));
    added = [];
    removed = 0;
  };
  for (const change of diffArrays([...first], [...other], { timeout: PATIENCE_MS }) ?? unlike(first, other)) {
    if (change.added) added = [...added, ...change.value];
    else if (change.removed) removed += change.value.length;
    else {
      settle();
      beside.push(...change.value);
      same.push(...change.value.map(() => true));
    }
  }
  settle();
  return { beside, same, before };
}

function unlike(first: readonly string[], other: readonly string[]) {
  return [
    { value: first, removed: true, added: false },
    { value: other, removed: false, added: true },
  ];
}
