import { HealthQuery } from '../../schemas/queries'
import { Health } from '../../schemas/responses'
import { countByKind } from '../../storage/documents'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const health = operation({
  method: 'GET',
  path: '/health',
  name: 'server.health',
  summary: 'Health check',
  query: HealthQuery,
  answers: { status: 200, schema: Health },
  example: () => ({ query: { verbose: '1' } }),
  run: async (c, { query }) => {
    const { clock, startedAt, workspace, rooms, version } = c.env
    const now = clock()
    const brief = { status: 'ok', timestamp: now, uptime: (now - startedAt) / 1000 }
    if (query.verbose !== '1') return respond(c, brief)
    const entities = await workspace.read(countByKind)
    return respond(c, {
      ...brief,
      version,
      storage: { ...workspace.status(), entities },
      clients: rooms.size(),
      lastEventId: workspace.lastEvent(),
    })
  },
})
