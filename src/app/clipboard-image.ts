import { execFile } from "node:child_process";
import { FaultError } from "../core/fault.ts";
import { findProgram } from "../workspace/find-program.ts";
import type { Environment } from "./config-directory.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const PATIENCE_MS = 5000;
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Reads the clipboard; undefined: there is no image in it. */
type Reader = (program: string) => Promise<Buffer | undefined>;

/** The image in the clipboard, read by a program that the machine has. Rejects with FaultError when there is none of either. */
export async function clipboardImage(env: Environment): Promise<Buffer> {
  for (const [name, read] of readers(env)) {
    const program = await findProgram(name, env["PATH"] ?? "");
    if (program === undefined) continue;
    const image = await read(program);
    if (image && image.length > 0) return image;
    throw new FaultError({
      code: "usage",
      message: "There is no image in the clipboard",
      hint: "Copy one, or name a file: @picture.png",
    });
  }
  const names = readers(env).map(([name]) => name);
  throw new FaultError({
    code: "usage",
    message: `The clipboard cannot be read: there is no ${names.join(" or ")} here`,
    hint: "Install it, or name a file: @picture.png",
  });
}

function readers(env: Environment): readonly (readonly [name: string, read: Reader])[] {
  const run = (program: string, args: readonly string[]): Promise<Buffer | undefined> => outputOf(program, args, env);
  switch (process.platform) {
    case "darwin":
      return [
        ["pngpaste", (program) => run(program, ["-"])],
        ["osascript", (program) => run(program, ["-e", "get the clipboard as «class PNGf»"]).then(fromAppleScript)],
      ];
    case "win32":
      return [["powershell", (program) => run(program, POWERSHELL).then(fromBase64)]];
    default: {
      const wayland: Reader = (program) =>
        firstType(run, program, ["--list-types"], (type) => ["--no-newline", "--type", type]);
      const x11: Reader = (program) => firstType(run, program, [...XCLIP, "TARGETS"], (type) => [...XCLIP, type]);
      const windows: Reader = (program) => run(program, POWERSHELL).then(fromBase64);
      return [
        // Windows' own clipboard, where this Linux runs inside of it.
        ...(env["WSL_DISTRO_NAME"] ? [["powershell.exe", windows] as const] : []),
        ...(env["WAYLAND_DISPLAY"] ? [["wl-paste", wayland] as const] : []),
        ...(env["DISPLAY"] || !env["WAYLAND_DISPLAY"] ? [["xclip", x11] as const] : []),
      ];
    }
  }
}

const XCLIP = ["-selection", "clipboard", "-out", "-target"];

/** The types that are offered, and then the content as the best of them. */
async function firstType(
  run: (program: string, args: readonly string[]) => Promise<Buffer | undefined>,
  program: string,
  list: readonly string[],
  read: (type: string) => readonly string[],
): Promise<Buffer | undefined> {
  const offered = (await run(program, list))?.toString().split(/\s+/) ?? [];
  const type = TYPES.find((wanted) => offered.includes(wanted));
  return type === undefined ? undefined : run(program, read(type));
}

const POWERSHELL = [
  "-NoProfile",
  "-STA",
  "-Command",
  "Add-Type -AssemblyName System.Windows.Forms,System.Drawing; $i = [Windows.Forms.Clipboard]::GetImage(); if ($i) { $m = New-Object IO.MemoryStream; $i.Save($m, [Drawing.Imaging.ImageFormat]::Png); [Convert]::ToBase64String($m.ToArray()) }",
];

function fromBase64(output: Buffer | undefined): Buffer | undefined {
  return output && Buffer.from(output.toString().trim(), "base64");
}

/** It writes "«data PNGf8950…»". */
function fromAppleScript(output: Buffer | undefined): Buffer | undefined {
  const hex = /PNGf([0-9A-F]+)/i.exec(output?.toString("latin1") ?? "")?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex");
}

/** Undefined when it failed: that is how most of these programs say that there is no image. */
function outputOf(program: string, args: readonly string[], env: Environment): Promise<Buffer | undefined> {
  const options = { encoding: "buffer", env, maxBuffer: MAX_BYTES, timeout: PATIENCE_MS, windowsHide: true } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
