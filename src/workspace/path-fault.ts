import { FaultError } from "../core/fault.ts";

/** What a failed system call on `path` means to whoever asked for it. Any other error comes through as it is. */
export function pathFault(error: unknown, path: string): unknown {
  if (error instanceof FaultError || !(error instanceof Error) || !("code" in error && "syscall" in error))
    return error;
  const options = { cause: error };
  switch (error.code) {
    case "ENOENT":
      return new FaultError(
        { code: "tool", message: `${path} does not exist`, hint: "List the directory to see what is there." },
        options,
      );
    case "ENOTDIR":
      return new FaultError(
        { code: "tool", message: `${path}: a part of this path is not a directory`, hint: "Check the path." },
        options,
      );
    case "EISDIR":
      return new FaultError(
        { code: "tool", message: `${path} is a directory`, hint: "Name a file, or list the directory." },
        options,
      );
    case "ENAMETOOLONG":
      return new FaultError(
        { code: "tool", message: `The path is too long (${path.length} characters)`, hint: "Use a shorter one." },
        options,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ELOOP":
    case "ENXIO":
      return new FaultError(
        { code: "denied", message: `${path} cannot be opened (${error.code})`, hint: "Use another file." },
        options,
      );
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return new FaultError(
        { code: "disk", message: `${path} cannot be written: the disk is full`, hint: "Free some space, then retry." },
        options,
      );
    case "EMFILE":
    case "ENFILE":
      return new FaultError(
        { code: "disk", message: `${path} cannot be opened: too many open files`, hint: "Try again in a moment." },
        options,
      );
    default:
      return new FaultError(
        { code: "disk", message: `${path} cannot be used: ${error.message}`, hint: "Check the disk, then try again." },
        options,
      );
  }
}
