type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What hands a text to the clipboard of the terminal (OSC 52), on the user's own machine even through ssh. tmux takes
 * the first sequence where set-clipboard is on, and passes the second one on where allow-passthrough is.
 */
export function clipboardSequence(text: string, env: Environment): string {
  const plain = `\u001b]52;c;${Buffer.from(text, "utf8").toString("base64")}\u0007`;
  const passedOn = `\u001bPtmux;${plain.replaceAll("\u001b", "\u001b\u001b")}\u001b\\`;
  return (env["TMUX"] ?? "") === "" ? plain : plain + passedOn;
}
