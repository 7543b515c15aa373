import { median, type Row } from "./figure.ts";

const HEAD = ["figure", "massgen", "floor", "", "ratio", "aim"];

/** Each figure as "median (min)", beside its floor. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells({ what, unit, ours, floor, aim }: Row): string[] {
  const reached = aim === undefined || median(ours) <= aim ? "" : ", missed";
  return [
    `${what}, ${unit}`,
    samplesText(ours),
    floor?.name ?? "",
    floor ? samplesText(floor.samples) : "",
    floor && median(floor.samples) > 0 ? `${(median(ours) / median(floor.samples)).toFixed(1)}×` : "",
    aim === undefined ? "" : `≤ ${aim}${reached}`,
  ];
}

function samplesText(samples: readonly number[]): string {
  return `${short(median(samples))} (${short(Math.min(...samples))})`;
}

function short(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0);
}
