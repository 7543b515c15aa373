import { never } from "../../core/never.ts";
/** What the lead may propose at the end of a reply. The next "yes" is read back from these very sentences. */
export type Proposal =
  | { readonly kind: "plan" }
  | { readonly kind: "step"; readonly step: string }
  | { readonly kind: "check" }
  | { readonly kind: "fix" }
  | { readonly kind: "debate" }
  | { readonly kind: "lenient_rerun" }
  | { readonly kind: "team" };

export function proposalText(proposal: Proposal): string {
  switch (proposal.kind) {
    case "plan":
      return "Shall I have the team plan it?";
    case "step":
      return `Shall I have the team carry out this step: ${proposal.step.replace(/[?\n]/g, " ").trim()}?`;
    case "check":
      return "Shall I run a quick single-agent check of it?";
    case "fix":
      return "Shall I have the team fix what the review found?";
    case "debate":
      return "Shall I have them debate and converge on one recommendation?";
    case "lenient_rerun":
      return "Shall I rerun it with two agents and lenient voting?";
    case "team":
      return "Shall I put the team on it?";
    default:
      return never(proposal);
  }
}

export function readProposal(text: string): Proposal {
  const step = /carry out this step: (.*)\?/.exec(text)?.[1];
  if (step !== undefined) return { kind: "step", step };
  const fixed = ["plan", "check", "fix", "debate", "lenient_rerun"] as const;
  const kind = fixed.find((kind) => text.startsWith(proposalText({ kind })));
  return { kind: kind ?? "team" };
}
