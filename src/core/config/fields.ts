import * as z from "zod";

/**
 * Why a key is accepted and then left unused: `later` and `python` cost the user something (a warning),
 * `moot` does not (a notice). `why` is a sentence without its subject: "is not supported yet: …".
 */
export type KeyNote = { readonly ignored: "later" | "python" | "moot"; readonly why: string };

/** A key that is read only to be handed to the provider. */
export function option<Schema extends z.ZodType>(schema: Schema, text: string): z.ZodOptional<Schema> {
  return schema.optional().meta({ description: text, option: true });
}

/** A feature that this version does not have yet. What stands below the key is not looked at. */
export function later(text: string): z.ZodOptional<z.ZodUnknown> {
  return ignored("later", text, "is not supported yet; the run goes on without it");
}

/** A feature that only a Python program can offer. */
export function python(text: string): z.ZodOptional<z.ZodUnknown> {
  return ignored("python", text, "needs Python and does nothing here");
}

/** A key that has nothing left to do here; `why` says how it is done instead. */
export function moot(text: string, why: string): z.ZodOptional<z.ZodUnknown> {
  return ignored("moot", text, `is not needed (${why})`);
}

function ignored(kind: KeyNote["ignored"], description: string, why: string): z.ZodOptional<z.ZodUnknown> {
  return z
    .unknown()
    .optional()
    .meta({ description, note: { ignored: kind, why } satisfies KeyNote });
}
