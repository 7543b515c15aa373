/** One host that may be reached: by its name, or "*." and the names below it, at the web's ports or the one named. */
export type HostRule = { readonly host: string; readonly below: boolean; readonly port: number | undefined };

const WEB_PORTS = [80, 443];

/** What cannot be read as a host allows nothing. */
export function parseHostRules(hosts: readonly string[]): readonly HostRule[] {
  return hosts.flatMap((text) => {
    const parsed = /^(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(text.trim());
    if (!parsed) return [];
    const [, wild, name = "", port] = parsed;
    const host = bare(name);
    return [{ host, below: wild !== undefined, port: port === undefined ? undefined : Number(port) }];
  });
}

/** The rule that lets this host be reached. Names are compared whole: "evil-example.com" is not below "example.com". */
export function allowedHost(rules: readonly HostRule[], host: string, port: number): HostRule | undefined {
  if (!/^[a-z0-9._:[\]-]+$/i.test(host)) return undefined;
  const wanted = bare(host);
  return rules.find(
    (rule) =>
      (rule.below ? wanted.endsWith(`.${rule.host}`) : wanted === rule.host) &&
      (rule.port === undefined ? WEB_PORTS.includes(port) : rule.port === port),
  );
}

/** Whether a host is one that the pattern of a rule means, at any port unless it names one. What is no host means all. */
export function meansHost(pattern: string, host: string, port: number): boolean {
  const [rule] = parseHostRules([hostPart(pattern)]);
  if (!rule) return true;
  return allowedHost([{ ...rule, port }], host, port) !== undefined && (rule.port ?? port) === port;
}

/** Whether the pattern of a rule lets a host be reached: at the web's ports, or at the one that it names. */
export function opensHost(pattern: string, host: string, port: number): boolean {
  return allowedHost(parseHostRules([hostPart(pattern)]), host, port) !== undefined;
}

/** Whether it is one that can be compared with hosts at all. */
export function isHostPattern(pattern: string): boolean {
  return parseHostRules([hostPart(pattern)]).length > 0;
}

/** People write addresses for hosts. */
function hostPart(pattern: string): string {
  return pattern.replace(/^https?:\/\//i, "").replace(/\/.*$/, "");
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}
