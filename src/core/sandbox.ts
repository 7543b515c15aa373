/** How commands of agents are shut in, as the configuration says. */
export type SandboxSettings = {
  /** auto: where the machine has a sandbox, else each command is asked for. require: no sandbox, no commands. */
  readonly mode: "auto" | "require" | "off";
  /** Hosts that commands may talk to: "registry.npmjs.org", "*.pypi.org", "localhost:5432". Empty: no network at all. */
  readonly allowedHosts: readonly string[];
};
