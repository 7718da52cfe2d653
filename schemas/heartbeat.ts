import * as z from 'zod'
import { optionalOnCreate, timestamp } from './fields'

/** Seconds without a heartbeat after which a session counts as lost. */
const ttlSeconds = z.int().min(5).max(3600)

export const defaultTtlSeconds = 30

/** That a session beats: kept from its first heartbeat until it ends. When it last did is in no document. */
export const KeptBeat = z.object({
  /** The session's. */
  id: z.string(),
  createdAt: z.int().min(0),
  ttlSeconds,
})

export type KeptBeat = z.infer<typeof KeptBeat>

export const HeartbeatRequest = z
  .object({
    ttlSeconds: optionalOnCreate(ttlSeconds).meta({
      description:
        'After so many seconds without a heartbeat the session is lost, 5 to 3600; default: what it said before, else 30',
      examples: [30],
    }),
  })
  .meta({ title: 'HeartbeatRequest', description: 'Body of POST /api/sessions/{id}/heartbeat' })

const HeldClaim = z.object({
  taskId: z.string().meta({ description: 'The task', examples: ['task_1738713700000_p9q2r5t8w'] }),
  epoch: z
    .int()
    .min(0)
    .meta({ description: 'Which claim of the task it is', examples: [1] }),
})

export const HeartbeatResponse = z
  .object({
    claims: z.array(HeldClaim).meta({ description: 'Claims that it holds', examples: [[]] }),
    expiresAt: timestamp('When it is lost unless it beats again'),
    now: timestamp('The time of the server'),
  })
  .meta({ title: 'HeartbeatResponse', description: 'What a session that beats is told' })

export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>
export type HeartbeatResponse = z.infer<typeof HeartbeatResponse>
