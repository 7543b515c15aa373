/** The container that the commands of an agent run in, as its backend says. */
export type DockerSettings = {
  readonly image: string;
  readonly network: "none" | "bridge" | "host";
  /** The user that the image has, with what rights it has; otherwise the user of this program, without any. */
  readonly sudo: boolean;
  /** As docker takes it: "4g". */
  readonly memory: string | undefined;
  readonly cpus: number | undefined;
  readonly credentials: {
    /** A file of variables; of those in it, `fileVariables` or all. */
    readonly envFile: string | undefined;
    readonly fileVariables: readonly string[];
    readonly variables: readonly string[];
    readonly allVariables: boolean;
    readonly mounts: readonly ("ssh_keys" | "git_config" | "gh_config" | "npm_config" | "pypi_config")[];
    readonly otherMounts: readonly { readonly from: string; readonly to: string; readonly mode: "ro" | "rw" }[];
  };
};

/** How commands of agents are shut in, as the configuration says. */
export type SandboxSettings = {
  /** auto: where the machine has a sandbox, else each command is asked for. require: no sandbox, no commands. */
  readonly mode: "auto" | "require" | "off";
  /** Hosts that commands may talk to: "registry.npmjs.org", "*.pypi.org", "localhost:5432". Empty: no network at all. */
  readonly allowedHosts: readonly string[];
};

/** What of the network commands in the system's sandbox reach. */
export function networkText(allowedHosts: SandboxSettings["allowedHosts"]): string {
  return allowedHosts.length === 0 ? "no network" : `of the network only ${allowedHosts.join(", ")}`;
}
