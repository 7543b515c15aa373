/** Shorter ones would be found in texts that have nothing to do with them. */
const MIN_LENGTH = 8;

/** The texts as which known secrets may turn up: as they are, and encoded in the usual ways. Longer ones first. */
export function secretForms(values: readonly string[]): readonly string[] {
  const forms = values.map((value) => value.trim()).flatMap(formsOf);
  return [...new Set(forms)].filter((form) => form.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

function formsOf(value: string): readonly string[] {
  if (value.length < MIN_LENGTH) return [];
  const bytes = new TextEncoder().encode(value);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = [0, 1, 2].map((shift) => base64At(bytes, shift));
  const url = encodeURIComponent(value);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** What is sure to stand in the base64 of a text in which the value begins at a byte whose number leaves `shift` by 3. */
function base64At(bytes: Uint8Array, shift: number): string {
  const shifted = String.fromCharCode(...new Uint8Array(shift), ...bytes);
  const encoded = btoa(shifted).replace(/=+$/, "");
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor((shifted.length * 8) / 6);
  return encoded.slice(first, last);
}

const BEFORE = "(?<![A-Za-z0-9])";
/** How keys begin that have at least one digit and 16 characters after it. */
const PREFIXES = [
  "sk-",
  "sk_live_",
  "rk_live_",
  "gsk_",
  "xai-",
  "hf_",
  "npm_",
  "glpat-",
  "pplx-",
  "nvapi-",
  "ghp_",
  "gho_",
  "ghu_",
  "ghs_",
  "ghr_",
  "github_pat_",
  "xoxa-",
  "xoxb-",
  "xoxe-",
  "xoxp-",
  "xoxr-",
  "xoxs-",
  "AIza",
  "AKIA",
  "ASIA",
];

/** Keys in the formats of those who issue them, tokens in headers, passwords in addresses, private keys. */
export const SHAPES: readonly RegExp[] = [
  new RegExp(`${BEFORE}(?:${PREFIXES.join("|")})(?=[A-Za-z0-9_-]*\\d)[A-Za-z0-9_-]{16,}`, "g"),
  /(?<![A-Za-z0-9])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/g,
  /(?<=(?<![A-Za-z0-9])bearer\s{1,4})(?=[\w.~+/-]*\d)[\w.~+/-]{16,}=*/gi,
  /(?<=:\/\/[^\s:/@"'`]{0,100}:)[^\s/@"'`]{3,200}(?=@)/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
];

/** The end of a text that may grow into one of the shapes. */
export const UNFINISHED = new RegExp(
  [
    `${BEFORE}(?:${[...PREFIXES, "eyJ"].join("|")})[\\w.-]*$`,
    `${BEFORE}(?:${[...PREFIXES, "eyJ", "-----BEGIN "].flatMap(beginnings).join("|")})$`,
    `${BEFORE}[Bb](?:[Ee](?:[Aa](?:[Rr](?:[Ee](?:[Rr](?:\\s{1,4}[\\w.~+/-]*=*)?)?)?)?)?)?$`,
    ":(?:\\/(?:\\/[^\\s/@\"'`]{0,300})?)?$",
    "-----BEGIN [A-Z ]{0,40}-{0,5}$",
    "-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END [A-Z ]{0,40}PRIVATE KEY-----)[\\s\\S])*$",
  ].join("|"),
);

function beginnings(text: string): readonly string[] {
  return Array.from({ length: text.length - 1 }, (_, length) => text.slice(0, length + 1));
}
