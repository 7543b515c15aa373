import type { Command } from "commander";
import { oneLine } from "../core/text.ts";
import { writeOut } from "./output.ts";

type Flags = { readonly config?: string; readonly dryRun?: true };

const MARKS = { ok: "✔", warn: "⚠", bad: "✖" } as const;

/** `massgen doctor`: what there is to work with, and what is broken. */
export function addDoctorCommand(program: Command, version: string, exit: (code: number) => void): void {
  program
    .command("doctor")
    .description("check keys, configuration, sandbox and folders; exit code 1 when something is broken")
    .action(async (_flags: Flags, command: Command) => {
      const { config, dryRun = false } = command.optsWithGlobals<Flags>();
      const { examine } = await import("../app/doctor.ts");
      const place = { cwd: process.cwd(), env: process.env, version };
      const { page, ok } = await examine({ ...place, configRef: config, dryRun });
      for (const { title, lines } of page) {
        writeOut(`${title}\n`);
        for (const { label, text, mark } of lines) {
          const said = [label, oneLine(text)].filter((part) => part !== "").join(": ");
          writeOut(`  ${mark === undefined ? " " : MARKS[mark]} ${said}\n`);
        }
      }
      writeOut(ok ? "All is well.\n" : "Something is broken: see ✖ above.\n");
      exit(ok ? 0 : 1);
    });
}
