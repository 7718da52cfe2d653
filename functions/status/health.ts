import { Health } from '../../schemas/responses'
import { countByKind } from '../../storage/documents'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'

export const health = endpoint(
  {
    summary: 'Tell how the server is',
    query: { verbose: '1: also version, storage, clients and the last event' },
    answers: { status: 200, schema: Health },
  },
  async (c) => {
    const { clock, startedAt, workspace, rooms, version, storageStatus } = c.env
    const now = clock()
    const brief = { status: 'ok', timestamp: now, uptime: (now - startedAt) / 1000 }
    if (c.req.query('verbose') !== '1') return respond(c, brief)
    const entities = await workspace.read(countByKind)
    return respond(c, {
      ...brief,
      version,
      storage: { driver: workspace.driver.name ?? 'unknown', entities, ...storageStatus() },
      clients: rooms.size(),
      lastEventId: workspace.lastEvent(),
    })
  },
)
