/**
 * Text for a model between tags that what is inside cannot close: a text by an agent or from a file can then not
 * pass for ours. Attributes that are undefined are left out.
 */
export function block(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  body: string,
): string {
  const head = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${attribute(String(value))}"`)
    .join("");
  const closing = new RegExp(`<(?=\\s*/\\s*${name}\\b)`, "gi");
  return `<${name}${head}>\n${body.replace(closing, "<\\")}\n</${name}>`;
}

function attribute(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replace(/[\r\n\t]+/g, " ");
}
