import * as z from 'zod'

export const DeleteResponse = z
  .object({
    success: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    id: z
      .string()
      .meta({ description: 'Id of what was deleted', examples: ['task_1738713700000_p9q2r5t8w'] }),
  })
  .meta({ title: 'DeleteResponse', description: 'What was deleted' })

const counts = z.object({
  projects: z.int(),
  tasks: z.int(),
  sessions: z.int(),
  queues: z.int(),
  templates: z.int(),
})

export const Health = z
  .object({
    status: z
      .literal('ok')
      .meta({ description: 'Always ok: a server that is not does not answer', examples: ['ok'] }),
    timestamp: z.int().meta({ description: 'Now, Unix milliseconds', examples: [1738713700000] }),
    uptime: z.number().meta({ description: 'Seconds since the server began to serve', examples: [12.5] }),
    version: z
      .string()
      .optional()
      .meta({ description: 'Version of the server', examples: ['0.1.0'] }),
    storage: z
      .object({
        driver: z.string(),
        entities: counts,
        quarantined: z.array(z.object({ file: z.string(), reason: z.string() })),
        freeBytes: z.number().nullable(),
      })
      .optional()
      .meta({ description: 'What is stored, and what could not be read', examples: [{ driver: 'files' }] }),
    clients: z
      .int()
      .optional()
      .meta({ description: 'Connected clients', examples: [2] }),
    lastEventId: z
      .int()
      .optional()
      .meta({ description: 'Number of the last event', examples: [3310] }),
  })
  .meta({ title: 'Health', description: 'How the server is; with verbose=1, in detail' })

export const WebSocketStatus = z
  .object({
    connectedClients: z.int().meta({ description: 'Connected WebSocket clients', examples: [1] }),
    clients: z
      .array(z.object({ readyState: z.int(), readyStateText: z.string() }))
      .meta({ description: 'Each of them', examples: [[{ readyState: 1, readyStateText: 'OPEN' }]] }),
  })
  .meta({ title: 'WebSocketStatus', description: 'Who is connected' })
