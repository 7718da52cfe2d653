import type { TaskClaim } from '../../schemas/claim'
import { HeartbeatRequest, HeartbeatResponse } from '../../schemas/heartbeat'
import { noteBeat } from '../../storage/rules/beats'
import { heldBy } from '../../storage/rules/held'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

const claimOf = (taskId: string, { epoch }: TaskClaim) => ({ taskId, epoch })

export const sendHeartbeat = operation({
  method: 'POST',
  path: '/api/sessions/:id/heartbeat',
  name: 'sessions.heartbeat',
  sessionAccess: 'self',
  summary: 'Tell that a session lives',
  description:
    'From its first heartbeat on, a session that sends none for ttlSeconds ends as lost, 5 s later at most. No document, event or ETag changes by it. When the server starts, or was stopped or asleep for over 2 s, everybody has a whole ttl anew.',
  body: HeartbeatRequest,
  answers: { status: 200, schema: HeartbeatResponse },
  errors: ['NOT_FOUND', 'SESSION_ENDED', 'STORAGE_UNAVAILABLE'],
  example: ({ session }) => ({ params: { id: session }, body: { ttlSeconds: 30 } }),
  run: async (c, { params: { id }, body }) => {
    const { heartbeats, clock } = c.env
    heartbeats.heard(id)
    let ttl: number | undefined
    const response = await respondChange(c, (tx) => {
      ttl = noteBeat(tx, id, body.ttlSeconds)
      const now = clock()
      const claims = heldBy(tx, id).flatMap((task) => (task.claim ? [claimOf(task.id, task.claim)] : []))
      return { body: { claims, expiresAt: now + ttl * 1000, now } }
    })
    if (ttl !== undefined) heartbeats.note(id, ttl)
    return response
  },
})
