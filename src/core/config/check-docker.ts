import { isMap } from "./key-spec.ts";
import { pathText, type Path, type Problem } from "./problem.ts";

type Tree = Readonly<Record<string, unknown>>;

/**
 * Allowed hosts are kept by the sandbox of the system alone: a container reaches all of a network or nothing. Whoever
 * names hosts has to say which of the two is meant.
 */
export function checkDockerHosts(
  raw: Tree,
  agents: readonly { readonly value: unknown; readonly path: Path }[],
): Problem[] {
  const hosts = raw["sandbox_allowed_hosts"];
  if (!Array.isArray(hosts) || hosts.length === 0) return [];
  return agents.flatMap(({ value, path }): Problem[] => {
    const backend = isMap(value) ? value["backend"] : undefined;
    if (!isMap(backend) || backend["command_line_execution_mode"] !== "docker") return [];
    if (backend["enable_mcp_command_line"] !== true) return [];
    const network = backend["command_line_docker_network_mode"] ?? undefined;
    if (network === "none") return [];
    const at = [...path, "backend", network === undefined ? "command_line_execution_mode" : NETWORK];
    const reach = network === undefined ? "no network there" : `all of the network there (${JSON.stringify(network)})`;
    const message = `${pathText(at)}: commands in Docker cannot be held to sandbox_allowed_hosts; they would have ${reach}`;
    const rest = network === undefined ? `, or ${NETWORK}: bridge and no sandbox_allowed_hosts for all of it` : "";
    const hint = `Write ${NETWORK}: none for no network${rest}; or command_line_execution_mode: local, which keeps to the hosts.`;
    return [{ severity: "error", code: "docker-hosts", path: at, message, hint }];
  });
}

const NETWORK = "command_line_docker_network_mode";
