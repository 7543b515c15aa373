import * as z from "zod";
import type { KeyNote } from "./fields.ts";
import type { Path } from "./problem.ts";
import { ConfigFile } from "./schema.ts";

/** What the schema says about one key, as data that can be walked: JSON schema with our marks. */
export type KeySpec = {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, KeySpec>>;
  readonly required?: readonly string[];
  readonly items?: KeySpec;
  readonly anyOf?: readonly KeySpec[];
  readonly note?: KeyNote;
};

export const fileSpec = z.toJSONSchema(ConfigFile, { io: "input" }) as KeySpec;

export type Entry = {
  readonly path: Path;
  readonly key: string;
  readonly value: unknown;
  /** Undefined: no such key. */
  readonly spec: KeySpec | undefined;
  /** The keys that there are beside it. */
  readonly level: readonly string[];
};

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every key of a tree with what the schema says about it, parents first. Goes no deeper below keys that are unknown or unused. */
export function* entries(spec: KeySpec, value: unknown, path: Path = []): Generator<Entry> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const below = childSpec(spec, index);
      if (below) yield* entries(below, item, [...path, index]);
    }
    return;
  }
  const properties = propertiesOf(spec);
  if (!properties || !isMap(value)) return;
  const level = Object.keys(properties);
  for (const [key, below] of Object.entries(value)) {
    const entry = { path: [...path, key], key, value: below, spec: childSpec(spec, key), level };
    yield entry;
    if (entry.spec && !entry.spec.note) yield* entries(entry.spec, below, entry.path);
  }
}

export function childSpec(spec: KeySpec, part: string | number): KeySpec | undefined {
  if (typeof part === "number") return [spec, ...(spec.anyOf ?? [])].find(({ items }) => items)?.items;
  const properties = propertiesOf(spec);
  return properties && Object.hasOwn(properties, part) ? properties[part] : undefined;
}

export function specAt(spec: KeySpec, path: Path): KeySpec | undefined {
  return path.reduce<KeySpec | undefined>((at, part) => at && childSpec(at, part), spec);
}

/** The tree without keys that were left empty, except where empty means something ("no limit"). */
export function withoutEmpty(spec: KeySpec | undefined, value: unknown): unknown {
  if (!spec || spec.note) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutEmpty(childSpec(spec, index), item));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) => {
      const at = childSpec(spec, key);
      return at && below === null && !acceptsNull(at) ? [] : [[key, withoutEmpty(at, below)]];
    }),
  );
}

/** "a number from 0 to 2", "one of lenient, balanced, strict", …: what may stand there, in words. */
export function expected(spec: KeySpec): string {
  if (spec.anyOf) return spec.anyOf.map(expected).join(" or ");
  if (spec.const !== undefined) return JSON.stringify(spec.const);
  if (spec.enum) return spec.enum.length === 1 ? String(spec.enum[0]) : `one of ${spec.enum.join(", ")}`;
  const types = spec.type === undefined ? [] : [spec.type].flat();
  return types.map((type) => typeText(type, spec)).join(" or ") || "anything";
}

function typeText(type: string, spec: KeySpec): string {
  switch (type) {
    case "integer":
      return `a whole number${rangeText(spec, 1)}`;
    case "number":
      return `a number${rangeText(spec, 0)}`;
    case "boolean":
      return "true or false";
    case "string":
      return "a text";
    case "array":
      return spec.items?.type === "string" ? "a list of texts" : "a list";
    case "object":
      return "a map";
    default:
      return type;
  }
}

function rangeText(spec: KeySpec, step: 0 | 1): string {
  const max = spec.maximum === Number.MAX_SAFE_INTEGER ? undefined : spec.maximum;
  const above = spec.exclusiveMinimum;
  if (above !== undefined && step === 0) return ` above ${above}`;
  const lowest = above === undefined ? spec.minimum : above + 1;
  const min = lowest === Number.MIN_SAFE_INTEGER ? undefined : lowest;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, ${min} or more`;
  return max === undefined ? "" : `, ${max} or less`;
}

function propertiesOf(spec: KeySpec): Readonly<Record<string, KeySpec>> | undefined {
  return spec.properties ?? spec.anyOf?.find(({ properties }) => properties)?.properties;
}

function acceptsNull(spec: KeySpec): boolean {
  return [spec.type ?? []].flat().includes("null") || (spec.anyOf ?? []).some(acceptsNull);
}
