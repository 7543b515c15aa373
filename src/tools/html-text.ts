import { convert, type HtmlToTextOptions } from "html-to-text";

const LEFT_OUT = ["script", "style", "noscript", "template", "svg", "iframe", "img", "nav", "footer", "form", "button"];
/** Less than this is no article but a heading above one. */
const ENOUGH = 200;

/** What a reader sees of a page: its main part where it says which that is. Links keep their addresses. */
export function htmlText(html: string, url: string): string {
  const title = convert(/<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? "").trim();
  const main = textOf(html, url, ["main", "article"]);
  const text = main.length >= ENOUGH ? main : textOf(html, url, ["body"]);
  return title === "" || text.startsWith(title) ? text : `${title}\n\n${text}`;
}

function textOf(html: string, url: string, parts: string[]): string {
  const whole = (href: string): string => (URL.canParse(href, url) ? new URL(href, url).href : href);
  const isBody = parts.includes("body");
  const options: HtmlToTextOptions = {
    wordwrap: false,
    baseElements: { selectors: parts, orderBy: "occurrence", returnDomByDefault: isBody },
    limits: { maxDepth: 200, ellipsis: "…" },
    selectors: [
      ...LEFT_OUT.map((selector) => ({ selector, format: "skip" })),
      { selector: "a", options: { pathRewrite: whole, hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
      ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: "table", format: "dataTable", options: { uppercaseHeaderCells: false } },
    ],
  };
  return convert(html, options).trim();
}
