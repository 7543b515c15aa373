import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../core/fault.ts";
import type { Environment } from "./config-directory.ts";

/**
 * Opens a text in the user's editor ($VISUAL, $EDITOR), which has the terminal meanwhile, and resolves with what was saved.
 * Throws FaultError when the editor cannot be started or ends with a failure, which is how one gives up an edit.
 */
export async function editText(text: string, env: Environment): Promise<string> {
  const editor = env["VISUAL"] || env["EDITOR"] || (process.platform === "win32" ? "notepad" : "vi");
  const directory = await mkdtemp(join(tmpdir(), "massgen-draft-"));
  const file = join(directory, "message.md");
  try {
    await writeFile(file, text, { mode: 0o600 });
    const code = await runEditor(editor, file);
    if (code !== 0) throw editorFailed(editor, code === null ? "was ended" : `ended with exit code ${code}`);
    return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** In a shell, as git does it: an editor is a command line, "code --wait" say. */
async function runEditor(editor: string, file: string): Promise<number | null> {
  const child =
    process.platform === "win32"
      ? spawn(`${editor} "${file}"`, { stdio: "inherit", shell: true })
      : spawn("/bin/sh", ["-c", `${editor} "$@"`, editor, file], { stdio: "inherit" });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  } catch (error) {
    throw editorFailed(editor, error instanceof Error ? error.message : String(error));
  }
}

function editorFailed(editor: string, how: string): FaultError {
  return new FaultError({
    code: "usage",
    message: `${editor} ${how}; the draft is as it was`,
    hint: "VISUAL or EDITOR names the editor.",
  });
}
