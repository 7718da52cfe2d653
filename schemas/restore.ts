import * as z from 'zod'

/** `POST /internal/restore`: which mirror to read. */
export const RestoreRequest = z.object({ workspace: z.string(), dryRun: z.boolean().default(false) })

/** How far a restore is: asked for again and again until it is done. */
export const RestoreProgress = z.object({
  done: z.boolean(),
  /** How many documents have been stored so far. */
  documents: z.int().min(0),
  /** Keys of the copies that are no valid documents, with the reason: they are left in the mirror. */
  refused: z.array(z.object({ key: z.string(), reason: z.string() })),
  /** All changes up to the event of this number had reached the mirror; null where that is not known. */
  completeTo: z.int().min(0).nullable(),
  /** The last event that the mirror knows of: what came between the two, or later, may be missing. */
  lastEvent: z.int().min(0).nullable(),
})

export type RestoreProgress = z.infer<typeof RestoreProgress>
