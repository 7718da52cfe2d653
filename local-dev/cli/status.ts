import { defineCommand } from './command'
import { details, time } from './look'

export const command = defineCommand({
  about: 'How the server is',
  example: 'MAESTRO_SERVER_URL=http://localhost:4000 maestro status',
  async run({ client }) {
    const health = await client.health({ verbose: true })
    const { storage } = health
    return {
      json: health,
      text: details({
        server: client.url,
        status: health.status,
        version: health.version,
        since: time(health.timestamp - health.uptime * 1000),
        stored:
          storage &&
          Object.entries(storage.entities)
            .map(([kind, count]) => `${count} ${kind}`)
            .join(', '),
        driver: storage?.driver,
        'set aside': storage?.quarantined.map(({ file, reason }) => `${file}: ${reason}`) ?? [],
        clients: health.clients,
        'last event': health.lastEventId,
      }),
    }
  },
})
