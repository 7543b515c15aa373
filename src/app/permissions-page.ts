import { CHAT_MODES, type ChatMode, MODE_HELP } from "../core/chat/mode.ts";
import type { Config } from "../core/config/schema.ts";
import type { Page, PageLine } from "../core/page.ts";
import type { Permissions, Rule } from "../core/permissions.ts";

const AGENT_MODES = {
  auto: "what no rule forbids is done",
  ask: "commands and the network need a rule that allows them, or your yes",
  plan: "nothing is changed",
} as const satisfies Record<Permissions["mode"], string>;

const LEAD_COMMANDS = {
  ask: "by the lead after your yes",
  plan: "none by the lead",
  auto: "by the lead in the sandbox, after your yes where there is none",
} as const satisfies Record<ChatMode, string>;

/** The mode of the chat, the rules in force for agents and for the lead, and where they can be changed. */
export function permissionsPage(
  now: ChatMode,
  config: Pick<Config, "permissions" | "sandbox" | "agents">,
  files: { readonly team: string | undefined; readonly own: string },
): Page {
  const { permissions, sandbox, agents } = config;
  const { mode, deny, ask, allow } = permissions;
  const commands = agents.filter(({ backend }) => backend.runCommand).map(({ id }) => id);
  return [
    {
      title: "Mode · shift+tab goes to the next one; /permissions ask, plan or auto to one of them; /plan on and off",
      lines: CHAT_MODES.map((one) => ({
        label: one,
        text: MODE_HELP[one],
        ...(one === now && { mark: "ok" }),
      })),
    },
    {
      title: "In force",
      lines: [
        { label: "agents", text: `${mode}: ${AGENT_MODES[mode]}` },
        {
          label: "commands",
          text: `${commands.length === 0 ? "no agent runs any" : `run by ${commands.join(", ")}`}; ${LEAD_COMMANDS[now]}`,
        },
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
