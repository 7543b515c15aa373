import { FaultError } from "../core/fault.ts";
import { networkText, type SandboxSettings } from "../core/sandbox.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { enterBubblewrap, findBubblewrap } from "./bubblewrap.ts";
import type { Enclosure, Missing } from "./enclosure.ts";
import { openHostGate, type HostGate } from "./host-gate.ts";
import { enterSeatbelt, findSeatbelt } from "./seatbelt.ts";

/** Where the commands of a run are shut in. */
export type Sandbox = {
  /** In a few words, for people: "bubblewrap", "docker (python:3.12)". */
  readonly name: string;
  /** What of it commands reach, in words: "no network", "the network". */
  readonly network: string;
  /** What the model should know of it. */
  readonly forModel: string;
  /** What may be reached is looked up anew for every command: files come and go. */
  readonly enclose: (files: AgentFiles) => Promise<Enclosure>;
  readonly close: () => Promise<void>;
};

export type Shut = {
  readonly sandbox: Sandbox | undefined;
  /** Why there is none although one was wished for: then commands have to be asked for. */
  readonly unconfined: string | undefined;
  /** What the user should know of that, in a line. */
  readonly notice: string | undefined;
};

/**
 * The operating system's own sandbox, or why there is none. Throws FaultError "config" where one is required.
 * `searchPath` is like PATH.
 */
export async function openSandbox({ mode, allowedHosts }: SandboxSettings, searchPath?: string): Promise<Shut> {
  if (mode === "off") {
    const notice = "Commands of agents run without a sandbox: it is off.";
    return { sandbox: undefined, unconfined: undefined, notice };
  }
  const found = await (searchPath === undefined ? probe() : findSandbox(process.platform, searchPath));
  if ("missing" in found) {
    if (mode === "auto") {
      const notice = `There is no sandbox for commands of agents (${found.missing}), so each needs your yes, or a rule in permissions.allow. ${found.hint} Or set sandbox: off, and they may do what you may.`;
      return { sandbox: undefined, unconfined: found.missing, notice };
    }
    throw new FaultError({
      code: "config",
      message: `sandbox is "require", and commands cannot be shut in here: ${found.missing}`,
      hint: `${found.hint} Or set sandbox: auto, which asks for each command where there is none.`,
    });
  }
  let gate: Promise<HostGate> | undefined;
  const sandbox: Sandbox = {
    name: found.name,
    network: networkText(allowedHosts),
    forModel: `Commands see your directories and the installed programs alone, and ${networkText(allowedHosts)}.`,
    async enclose(files) {
      if (allowedHosts.length > 0) gate ??= openHostGate(allowedHosts);
      return found.enter(files, await gate);
    },
    close: async () => (await gate)?.close(),
  };
  return { sandbox, unconfined: undefined, notice: undefined };
}

type Found = {
  readonly name: string;
  readonly enter: (files: AgentFiles, gate: HostGate | undefined) => Promise<Enclosure>;
};

let probed: Promise<Found | Missing> | undefined;

/** Once per process: what is installed does not change while it runs. */
function probe(): Promise<Found | Missing> {
  return (probed ??= findSandbox(process.platform, process.env["PATH"] ?? ""));
}

/** The sandbox of a platform, `searchPath` being like PATH. */
export async function findSandbox(platform: NodeJS.Platform, searchPath: string): Promise<Found | Missing> {
  if (platform === "linux") {
    const found = await findBubblewrap(searchPath);
    if ("missing" in found) return found;
    return { name: "bubblewrap", enter: (files, gate) => enterBubblewrap(found.program, files, gate) };
  }
  if (platform === "darwin") {
    const found = await findSeatbelt();
    if ("missing" in found) return found;
    return { name: "Seatbelt", enter: enterSeatbelt };
  }
  return { missing: `there is no sandbox for ${platform}`, hint: "Use Linux, macOS, or WSL 2." };
}
