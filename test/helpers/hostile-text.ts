const ESC = "\u001b";
const BEL = "\u0007";
const ST = `${ESC}\\`;
const C1_ST = "\u009c";

/** B5: what a text may hold to take over the terminal that shows it. Every one would leave or show PWN. */
export const HOSTILE: readonly string[] = [
  // colours, cursor, erasing
  `${ESC}[5;7;41mPWN`,
  `${ESC}[8mPWN`,
  `${ESC}[38;2;1;2;3mPWN`,
  `${ESC}[48;5;196mPWN`,
  `${ESC}[2J${ESC}[HPWN`,
  `${ESC}[3JPWN`,
  `${ESC}[99APWN`,
  `${ESC}[5;5HPWN`,
  `${ESC}[5;5fPWN`,
  `${ESC}[99DPWN`,
  `${ESC}[1KPWN`,
  `${ESC}[4SPWN`,
  `${ESC}[4TPWN`,
  `${ESC}[9LPWN`,
  `${ESC}[9MPWN`,
  `${ESC}[1;5rPWN`,
  `${ESC}7PWN${ESC}8`,
  `${ESC}[sPWN${ESC}[u`,
  // modes
  `${ESC}cPWN`,
  `${ESC}[!pPWN`,
  `${ESC}[?1049hPWN`,
  `${ESC}[?47hPWN`,
  `${ESC}[?1000hPWN`,
  `${ESC}[?1003h${ESC}[?1006hPWN`,
  `${ESC}[?2004lPWN`,
  `${ESC}[?25lPWN`,
  `${ESC}[?7lPWN`,
  `${ESC}[?5hPWN`,
  `${ESC}[4hPWN`,
  `${ESC}[20hPWN`,
  `${ESC}=PWN`,
  `${ESC}>PWN`,
  `${ESC}[>4;2mPWN`,
  // strings of the operating system's kind, ended in every way and in none
  `${ESC}]0;PWN${BEL}`,
  `${ESC}]2;PWN${ST}`,
  `${ESC}]2;PWN${C1_ST}`,
  `${ESC}]8;;http://evil.example/PWN${ST}click${ESC}]8;;${ST}`,
  `${ESC}]9;PWN${BEL}`,
  `${ESC}]9;4;1;50${BEL}PWN`,
  `${ESC}]9;7;PWN${BEL}`,
  `${ESC}]50;PWN${BEL}`,
  `${ESC}]52;c;UFdO${BEL}`,
  `${ESC}]133;A${BEL}PWN`,
  `${ESC}]777;notify;PWN;PWN${BEL}`,
  `${ESC}]1337;File=inline=1:UFdO${BEL}`,
  `${ESC}]10;?${BEL}PWN`,
  `${ESC}]4;1;?${BEL}PWN`,
  `${ESC}]52;c;UFdO`,
  // the same with bytes of eight bits, and device control, application, privacy strings
  "\u009b2JPWN",
  `\u009d0;PWN${BEL}`,
  `\u0090$q"pPWN${C1_ST}`,
  `\u009fGPWN${C1_ST}`,
  `\u009ePWN${C1_ST}`,
  `\u0098PWN${C1_ST}`,
  `${ESC}P$q"p${ST}PWN`,
  `${ESC}Pq#0;2;0;0;0PWN${ST}`,
  `${ESC}Ptmux;${ESC}${ESC}]52;c;UFdO${BEL}${ST}PWN`,
  `${ESC}_Ga=T;UFdO${ST}PWN`,
  `${ESC}^PWN${ST}`,
  `${ESC}XPWN${ST}`,
  // reports, whose replies arrive as if typed
  `${ESC}[6nPWN`,
  `${ESC}[cPWN`,
  `${ESC}[>cPWN`,
  `${ESC}[?1$pPWN`,
  `${ESC}[21tPWN`,
  `${ESC}[18tPWN`,
  `${ESC}ZPWN`,
  // the rest
  `P${ESC}[2147483647bWN`,
  `${ESC}(0PWN`,
  `${ESC}#8PWN`,
  "PWX\b\bWN\u007f",
  "\u000ePWN\u000f\u0000\u000b\u000c\u0011\u0013\u0005",
  `${ESC}[3${ESC}[31m 1mPWN${ESC}${ESC}[`,
  `PWN\u0085\u2028\u2029\u202eNWP\u2066\u2069\u200b\u200e\ufeff\u00ad`,
  `PWN${String.fromCodePoint(0xe0001, 0xe0050, 0xe0057, 0xe007f)}\ufff9\ufffa\ufffb\u3164\ud800`,
  `PWN${"\u0301".repeat(200)}${ESC}`,
];

/** What the program itself writes to a terminal. Everything else that steers one is somebody else's. */
const OWN = [
  "\\[(?:[0-4]|9|2[1-9]|3[0-79]|9[0-7]|;)*m", // its colours and styles
  "\\[\\d*[A-GK]|\\[J", // the cursor, and what lies after it
  "\\[\\?(?:25|2026|2004|1004)[hl]",
  "\\[2[23];0t|\\]2;[^\\u0000-\\u001f\\u007f-\\u009f]*\\u0007", // the title of the window
  "\\](?:9;massgen: |777;notify;massgen;)[^\\u0000-\\u001f\\u007f-\\u009f]*\\u0007\\u0007", // word to who looks elsewhere
  "\\[(?:>1|<|\\?|=\\d+;\\d+)u", // the keyboard
  "\\[\\?1000;1002;1003;1006l",
  "\\]11;\\?\\u001b\\\\", // which ground the terminal has
  "\\[\\?104[79]l",
  "\\[\\?1049h\\u001b\\[H|\\[H\\u001b\\[J", // a view of the whole window
].join("|");

/** The bytes of a terminal without what the program itself wrote to steer it. */
export function withoutOwn(bytes: string): string {
  return bytes.replace(new RegExp(`\\u001b(?:${OWN})`, "g"), "");
}

/** Everything in the bytes of a terminal that steers it and is not the program's own, shown so that it can be read. */
export function rawControls(bytes: string): readonly string[] {
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  const found =
    withoutOwn(bytes).match(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\ufeff].{0,20}/gu,
    ) ?? [];
  return [...new Set(found.map((text) => JSON.stringify(text)))];
}
