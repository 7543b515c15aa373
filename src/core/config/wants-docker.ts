import { isMap } from "./key-spec.ts";

type Tree = Readonly<Record<string, unknown>>;

/** What the container of an agent's commands would be given of this machine, a line each. */
export function dockerWants(backend: Tree): readonly string[] {
  if (backend["command_line_execution_mode"] !== "docker") return [];
  const key = (name: string): unknown => backend[`command_line_docker_${name}`];
  const given = isMap(key("credentials")) ? (key("credentials") as Tree) : {};
  const network = key("network_mode");
  return [
    ...(key("image") === undefined ? [] : [`runs their commands in the image ${text(key("image"))}`]),
    ...(key("enable_sudo") === true ? ["lets their commands be root in the container"] : []),
    ...(network === undefined || network === "none" ? [] : [`lets their commands use the network (${text(network)})`]),
    ...(given["pass_all_env"] === true
      ? ["gives their commands all variables of your environment, keys among them"]
      : []),
    ...some(given["env_vars"], "gives their commands the variables"),
    ...(given["env_file"] === undefined ? [] : [`gives their commands what is in the file ${text(given["env_file"])}`]),
    ...some(given["mount"], "shows their commands your"),
    ...Object.entries(isMap(given["additional_mounts"]) ? given["additional_mounts"] : {}).map(([path, mount]) =>
      isMap(mount) && mount["mode"] === "rw" ? `lets their commands change ${path}` : `shows their commands ${path}`,
    ),
  ];
}

function some(value: unknown, before: string): readonly string[] {
  return Array.isArray(value) && value.length > 0 ? [`${before} ${value.map(text).join(", ")}`] : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
