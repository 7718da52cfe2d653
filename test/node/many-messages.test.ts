// One client sends thousands of messages at once, and until all are handled nobody else is answered.
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Log } from '../../functions/services/log'
import { app } from '../functions/example-world'
import { createMemoryServices } from '../functions/services'
import { listenHere } from './listen-here'

const many = 500

it('others have their turn between the messages of a WebSocket', async () => {
  let handled = 0
  let handledInFirstTurn = 0
  const services = await createMemoryServices()
  const log: Log = {
    ...services.log,
    debug: () => {
      if (handled++ === 0) setTimeout(() => (handledInFirstTurn = handled))
    },
  }
  const { port } = await listenHere({ ...services, log }, app)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: false })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  for (let n = 0; n < many; n++) socket.send('{"type":"nothing that is known"}')
  await expect.poll(() => handled).toBe(many)
  expect(handledInFirstTurn).toBeGreaterThan(0)
  expect(handledInFirstTurn).toBeLessThan(many / 2)
})
