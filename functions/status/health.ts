import { apiError } from '../../schemas/errors'
import { HealthQuery } from '../../schemas/queries'
import { Health } from '../../schemas/responses'
import { countByKind } from '../../storage/documents'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const health = operation({
  method: 'GET',
  path: '/health',
  name: 'server.health',
  sessionAccess: 'read',
  summary: 'Health check',
  query: HealthQuery,
  description:
    'Answers 503 while no change can be stored: the database is away, the disk takes nothing, or another server has the data directory. Reads are still answered then.',
  answers: { status: 200, schema: Health },
  errors: ['STORAGE_UNAVAILABLE'],
  example: () => ({ query: { verbose: '1' } }),
  run: async (c, { query }) => {
    const { clock, uptimeMs, workspace, rooms, skills, version } = c.env
    const brief = { status: 'ok', timestamp: clock(), uptime: uptimeMs() / 1000 }
    const reason = workspace.unavailable()
    if (query.verbose !== '1') return reason === undefined ? respond(c, brief) : refuse(reason)
    const detailed = {
      version,
      storage: { ...workspace.status(), entities: await workspace.read(countByKind) },
      clients: rooms.size(),
      lastEventId: workspace.lastEvent(),
      skills: await skills.leftOut(),
    }
    return reason === undefined ? respond(c, { ...brief, ...detailed }) : refuse(reason, detailed)
  },
})

const refuse = (reason: string, details?: Record<string, unknown>): never => {
  throw apiError('STORAGE_UNAVAILABLE', `No change can be stored at present: ${reason}`, details)
}
