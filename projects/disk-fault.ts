import { FaultError } from "../src/core/fault.ts";

const CAUSES: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ["no space is left on the disk", "Free some space; what could not be written is tried again."],
  EDQUOT: ["your disk quota is used up", "Free some space; what could not be written is tried again."],
  EFBIG: ["the file would exceed the size limit", "Raise the limit (ulimit -f), or start a new session."],
  EACCES: ["permission denied", "Make it accessible to you, or start massgen in another folder."],
  EPERM: ["the system does not permit it", "Make it accessible to you, or start massgen in another folder."],
  EROFS: ["the disk is read-only", "Start massgen in a folder that can be written to."],
  ENOENT: ["it does not exist", "Check the path: the folder may have been moved or deleted."],
  ENOTDIR: ["a file is where a folder should be", "Move that file out of the way."],
  EISDIR: ["a folder is where a file should be", "Move that folder out of the way."],
  EEXIST: ["something else has that name", "Move it out of the way."],
  ELOOP: ["it is a symbolic link", "Replace the link with the file itself."],
  ENAMETOOLONG: ["the path is too long", "Use a shorter name, or a folder closer to the root."],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n)."],
  EIO: ["the disk reported an error", "Check the disk; copy what matters elsewhere."],
};

/** A failed file operation as a fault. `doing` reads as in "Cannot write /a/b"; a FaultError comes through as itself. */
export function diskFault(error: unknown, doing: string, path: string): FaultError {
  if (error instanceof FaultError) return error;
  const code = errorCode(error);
  const [reason, hint] = CAUSES[code] ?? [error instanceof Error ? error.message : String(error), undefined];
  return new FaultError(
    {
      code: "disk",
      message: `Cannot ${doing} ${path}: ${reason}${code === "" ? "" : ` (${code})`}`,
      hint: hint ?? "Check the path and its permissions.",
    },
    { cause: error },
  );
}

/** "ENOENT", …; "" for anything that is not a system error. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
