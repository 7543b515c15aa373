import { Marked } from "marked";

const STYLE = `body{max-width:48rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif;color-scheme:light dark}
h2{font-size:.9rem;margin:2.5rem 0 .5rem;opacity:.7}blockquote{margin:0;padding:.2rem 1rem;border-left:3px solid #0891b2}
pre{overflow-x:auto;padding:.8rem;border:1px solid #8884;border-radius:6px}code{font-size:.9em}
table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .6rem}`;

/** A conversation as one file for a browser: no script, nothing loaded from elsewhere, no markup of a model let through. */
export function chatHtml(markdown: string, title: string): string {
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escape(text),
      // An image would tell its server who reads this.
      image: ({ href, text }) => `[image: ${escape(text === "" ? href : text)}]`,
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        return /^(https?|mailto):/i.test(href) ? `<a href="${escape(href)}" rel="noreferrer">${text}</a>` : text;
      },
    },
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${marked.parse(markdown, { async: false })}</body>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
