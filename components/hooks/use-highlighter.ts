import { useEffect } from "react";
import { loadHighlighter } from "../text/highlight.ts";
import { markdownRows } from "../text/markdown.ts";

const AFTER_MS = 50;
const PROSE = "What is **laid out** for the first time takes `longer`, and there is one of everything here. ".repeat(4);
const SAMPLE = `# Title\n\n${PROSE}\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\`\`\`ts\nconst a: A = f(\`1\`); // b\n\`\`\`\n`;

/**
 * Gets the grammars for code once there is something to show: the first prompt does not wait for them. While the model
 * has yet to answer, a text that nobody sees is laid out with them: slow at the first time, that would hold up the keys
 * when its first words come.
 */
export function useHighlighter(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setTimeout(() => {
      // Without grammars code is plain, which is no reason to say anything.
      void loadHighlighter().then(
        () => markdownRows(SAMPLE, 80),
        () => undefined,
      );
    }, AFTER_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
}
