import * as z from 'zod'

/** That a session which nobody spawned was deleted: another may be made under its id, and may not be taken for it. */
export const RetiredSession = z.object({
  id: z.string(),
  /** When the last one was: in the tokens of a session under this id, it stands for the run that it does not have. */
  deletedAt: z.int().min(0),
})
