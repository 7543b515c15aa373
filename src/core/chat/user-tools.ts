/** Tools that only the user can call: a line typed with "!" and one typed with "#". */
export const SHELL = "shell";
export const NOTE = "note";

/** Calls of the user that the lead need not answer: it learns of them with the next thing that the user says. */
export function isQuiet(tool: string): boolean {
  return tool === SHELL || tool === NOTE || tool === "launch_run";
}
