import type { Runner } from '../../schemas/runner'
import { counted } from '../lib/counted'
import { defineCommand } from './command'
import { details, time } from './format'

export const command = defineCommand({
  about: 'Health check: status, version, storage and clients of the server',
  example: 'MAESTRO_SERVER_URL=http://localhost:4000 maestro status',
  async run({ client, json }) {
    const health = await client.health({ verbose: true })
    const { storage } = health
    // An older server knows none.
    const runners = json ? undefined : await client.runners.list().catch(() => undefined)
    return {
      json: health,
      text: details({
        server: client.url,
        status: health.status,
        version: health.version,
        started: time(health.timestamp - health.uptime * 1000),
        documents:
          storage &&
          Object.entries(storage.entities)
            .map(([kind, count]) => counted(count, kind))
            .join(', '),
        driver: storage?.driver,
        quarantined: storage?.quarantined.map(({ file, reason }) => `${file}: ${reason}`) ?? [],
        problems: storage?.problems?.map(({ file, reason }) => `${file}: ${reason}`) ?? [],
        'skills left out': health.skills?.map(({ folder, reason }) => `${folder}: ${reason}`) ?? [],
        clients: health.clients,
        runners:
          runners &&
          (runners.length === 0 ? 'none listens: "maestro run" starts one' : runners.map(runnerText)),
        'last event': health.lastEventId,
      }),
    }
  },
})

const runnerText = ({ host, pid, places, waiting }: Runner) =>
  `${host} (process ${pid}): ${counted(places, 'places')}, ${waiting.length} waiting`
