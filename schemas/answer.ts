import * as z from 'zod'
import { entityKinds } from './entities'
import { timestamp } from './fields'

/**
 * The answer to a `POST` that came with an `Idempotency-Key`, as it is kept for repeats. The server's own: no request
 * reads it, and it is neither exported nor copied.
 */
export const KeptAnswer = z.object({
  /** Of method, path, caller and key. */
  id: z.string(),
  createdAt: timestamp('When it was given'),
  /** Of what was asked, as it was understood: another request under the same key has another one. */
  content: z.string(),
  status: z.int(),
  /** Its headers, besides those of every answer. */
  headers: z.record(z.string(), z.string()),
  /** Its body. */
  json: z.string().optional(),
  /** Where its body is an entity, and large: that entity, as it then is. */
  entity: z
    .object({
      kind: z.enum(entityKinds),
      id: z.string(),
    })
    .optional(),
})

export type KeptAnswer = z.infer<typeof KeptAnswer>
