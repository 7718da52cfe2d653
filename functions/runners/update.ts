import { Runner, RunnerId, UpdateRunnerRequest } from '../../schemas/runner'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const updateRunner = operation({
  method: 'PUT',
  path: '/api/runners/:id',
  name: 'runners.update',
  sessionAccess: 'person',
  summary: 'Tell that a runner is there',
  description:
    'A runner tells it every 10 s, and is forgotten after 30 s. It is not stored, and no event tells of it.',
  params: { id: RunnerId },
  body: UpdateRunnerRequest,
  answers: { status: 200, schema: Runner },
  errors: ['VALIDATION_ERROR'],
  example: ({ spawnedSession }) => ({
    params: { id: '4711-1f0c9a3b5d7e' },
    body: {
      host: 'ada-laptop',
      pid: 4711,
      places: 4,
      waiting: [{ sessionId: spawnedSession, reason: 'It waits for a place: all 4 are taken' }],
      agents: [{ name: 'claude', drive: 'terminal' }],
    },
  }),
  run: (c, { params, body }) => respond(c, c.env.runners.tell({ ...params, ...body })),
})
