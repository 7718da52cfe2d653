/** Export and import of a workspace: JSON Lines, a document a line. */
import * as z from 'zod'

/** A document, under the key that it is stored by. */
export const TransferLine = z.object({ key: z.string(), document: z.looseObject({}) })
export type TransferLine = z.infer<typeof TransferLine>

/** The result of an import. */
export const TransferResult = z.object({
  stored: z.int().min(0),
  /** How many were stored already, with the same content. */
  unchanged: z.int().min(0),
  /** The keys of documents that are stored with other content. They are kept, unless `overwrite` is set. */
  conflicts: z.array(z.string()),
})
export type TransferResult = z.infer<typeof TransferResult>

/** The two files of a skill. */
export const PublishSkillRequest = z.object({ manifest: z.string(), instructions: z.string() })
