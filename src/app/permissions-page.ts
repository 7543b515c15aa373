import type { Config } from "../core/config/schema.ts";
import type { Page, PageLine } from "../core/page.ts";
import type { Permissions, Rule } from "../core/permissions.ts";

const MODES = {
  auto: "what no rule forbids is done",
  ask: "commands and the network need a rule that allows them, or your yes",
  plan: "nothing is changed, by anybody",
} as const satisfies Record<Permissions["mode"], string>;

/** The rules in force for agents and for the lead, and where they can be changed. */
export function permissionsPage(
  config: Pick<Config, "permissions" | "requireApproval" | "sandbox" | "agents">,
  files: { readonly team: string | undefined; readonly own: string },
): Page {
  const { permissions, requireApproval, sandbox, agents } = config;
  const { mode, deny, ask, allow } = permissions;
  const commands = agents.filter(({ backend }) => backend.runCommand).map(({ id }) => id);
  return [
    {
      title: "In force",
      lines: [
        { label: "mode", text: `${mode}: ${MODES[mode]}` },
        { label: "runs", text: requireApproval ? "start after you approve them" : "start without asking" },
        { label: "commands", text: commands.length === 0 ? "no agent runs any" : `run by ${commands.join(", ")}` },
        { label: "sandbox", text: sandboxText(sandbox) },
      ],
    },
    {
      title: "Rules · deny before ask before allow; what has to be asked for waits for you",
      lines: [...rules("deny", deny), ...rules("ask", ask), ...rules("allow", allow)],
    },
    {
      title: "To change them: permissions in",
      lines: [
        ...(files.team === undefined || files.team === files.own ? [] : [{ label: "this team", text: files.team }]),
        { label: "all teams", text: files.own },
      ],
    },
  ];
}

function rules(label: string, list: readonly Rule[]): readonly PageLine[] {
  if (list.length === 0) return [{ label, text: "no rule" }];
  return list.map(({ text }) => ({ label, text }));
}

function sandboxText({ mode, allowedHosts }: Config["sandbox"]): string {
  if (mode === "off") return "off";
  return `${mode}, ${allowedHosts.length === 0 ? "no network" : `network: ${allowedHosts.join(", ")}`}`;
}
