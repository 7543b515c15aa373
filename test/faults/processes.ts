import { readdirSync, readFileSync } from "node:fs";

/** Processes whose environment holds the text: everything that was started with a variable of that value, however far it moved. Linux. */
export function processesWith(text: string): readonly { readonly pid: number; readonly command: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`).includes(text)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return command === "" ? [] : [{ pid: Number(name), command }]; // a zombie has none
      } catch {
        return []; // it ended meanwhile, or is not ours
      }
    });
}
