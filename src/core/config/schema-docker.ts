import * as z from "zod";
import type { DockerSettings } from "../sandbox.ts";

const names = z.array(z.string().regex(/^[A-Za-z_]\w*$/, "is not the name of a variable"));

/** Keys of a backend whose commands run in Docker. */
export const dockerKeys = {
  command_line_docker_image: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Docker: image, which has to be here. Default: ghcr.io/massgen/mcp-runtime:latest, with sudo its -sudo one.",
    ),
  command_line_docker_network_mode: z
    .enum(["none", "bridge", "host"])
    .default("none")
    .describe("Docker: network of commands."),
  command_line_docker_enable_sudo: z
    .boolean()
    .default(false)
    .describe("Docker: commands run as the image's user, who may be root, and not as you without any rights."),
  command_line_docker_memory_limit: z
    .string()
    .min(1)
    .optional()
    .describe('Docker: memory of the container, as in "4g".'),
  command_line_docker_cpu_limit: z.number().positive().optional().describe("Docker: processors of the container."),
  command_line_docker_credentials: z
    .object({
      env_file: z.string().min(1).optional().describe("File of variables for commands."),
      env_vars_from_file: names.default([]).describe("Which of them; all when it is left out."),
      env_vars: names.default([]).describe("Variables of your environment for commands."),
      pass_all_env: z.boolean().default(false).describe("All variables of your environment, keys too."),
      mount: z
        .array(z.enum(["ssh_keys", "git_config", "gh_config", "npm_config", "pypi_config"]))
        .default([])
        .describe("Your own settings of programs, to be read."),
      additional_mounts: z
        .record(z.string(), z.object({ bind: z.string().min(1), mode: z.enum(["ro", "rw"]).default("ro") }))
        .default({})
        .describe("Other paths: {path here: {bind: path there, mode: ro or rw}}."),
    })
    .prefault({})
    .describe("Docker: what of yours commands get."),
};

type DockerKeys = z.output<z.ZodObject<typeof dockerKeys>>;

const IMAGE = "ghcr.io/massgen/mcp-runtime";

export function dockerSettings(keys: DockerKeys): DockerSettings {
  const sudo = keys.command_line_docker_enable_sudo;
  const given = keys.command_line_docker_credentials;
  return {
    image: keys.command_line_docker_image ?? `${IMAGE}${sudo ? "-sudo" : ""}:latest`,
    network: keys.command_line_docker_network_mode,
    sudo,
    memory: keys.command_line_docker_memory_limit,
    cpus: keys.command_line_docker_cpu_limit,
    credentials: {
      envFile: given.env_file,
      fileVariables: given.env_vars_from_file,
      variables: given.env_vars,
      allVariables: given.pass_all_env,
      mounts: given.mount,
      otherMounts: Object.entries(given.additional_mounts).map(([from, { bind, mode }]) => ({ from, to: bind, mode })),
    },
  };
}
