/** WebSocket clients in a process of their own, the first of which does not read until it is told to. */
import { WebSocket } from 'ws'

export type ClientsJob = {
  port: number
  /** The rooms of each client, joined by commas. */
  rooms: readonly string[]
  /** How many messages they are to get together, without the first. */
  expected: number
}

process.once('disconnect', () => process.exit(0))
process.once('message', async ({ port, rooms, expected }: ClientsJob) => {
  let heard = 0
  const open = async (names: string, index: number): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?rooms=${names}`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    socket.on('message', () => {
      if (index > 0 && ++heard === expected) process.send?.('heard')
    })
    socket.on('close', (code) => process.send?.({ client: index, code }))
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    if (index === 0) socket.pause()
    return socket
  }
  const sockets = await Promise.all(rooms.map(open))
  process.once('message', () => sockets[0]?.resume())
  process.send?.('open')
})
