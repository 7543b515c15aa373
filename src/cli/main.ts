import { toFault, FaultError } from "../core/fault.ts";
import { lostOutput, reportFault, writeError, writeOut } from "./output.ts";
import { restoreTerminal } from "./terminal/restore.ts";
import { version } from "./version.ts";

/** Usage and configuration errors are 1, everything else that goes wrong is 2. */
function exitCodeFor(error: unknown): number {
  const { code } = toFault(error);
  return ["usage", "config", "denied"].includes(code) || (code === "disk" && error instanceof FaultError) ? 1 : 2;
}

async function main(argv: readonly string[]): Promise<number> {
  // Asked for by scripts, many times: nothing else is loaded for it.
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    writeOut(`${version()}\n`);
    return 0;
  }
  const { runCommandLine } = await import("./command-line.ts");
  return runCommandLine(argv, version());
}

function fail(error: unknown): void {
  reportFault(toFault(error));
  const isBug = toFault(error).code === "bug";
  if (isBug && error instanceof Error) writeError(process.env["MASSGEN_DEBUG"] ? `${error.stack}\n` : "");
  process.exitCode = exitCodeFor(error);
}

function crash(error: unknown): void {
  // First, so that the message does not stand in the midst of a screen.
  restoreTerminal();
  fail(error);
  process.exit(2);
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

main(process.argv.slice(2)).then((code) => {
  const lost = lostOutput();
  if (lost) reportFault(lost);
  process.exitCode = lost && code === 0 ? 2 : code;
}, fail);
