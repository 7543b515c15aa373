import * as z from "zod";
import { FAULT_CODES, type Fault } from "./fault.ts";

/** A fault as it stands in a journal. Apart from fault.ts, so that reporting an error loads no schema library. */
export const FaultSchema: z.ZodType<Fault> = z.object({
  code: z.enum(FAULT_CODES),
  message: z.string(),
  hint: z.string().optional(),
  retryAfterMs: z.number().optional(),
});
