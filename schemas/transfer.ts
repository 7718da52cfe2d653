/** How a workspace is moved from one place to another: a line a document. */
import * as z from 'zod'

/** A document, under the key that it is stored by. */
export const TransferLine = z.object({ key: z.string(), document: z.looseObject({}) })
export type TransferLine = z.infer<typeof TransferLine>

/** What became of some lines. */
export const TransferResult = z.object({
  stored: z.int().min(0),
  /** Those that were there already, as they are. */
  unchanged: z.int().min(0),
  /** The keys under which something else is stored. It stays, unless it is to be overwritten. */
  conflicts: z.array(z.string()),
})
export type TransferResult = z.infer<typeof TransferResult>

/** The two files of a skill. */
export const PublishSkillRequest = z.object({ manifest: z.string(), instructions: z.string() })
