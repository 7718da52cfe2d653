import { WebSocketStatus } from '../../schemas/responses'
import { answer } from '../answers'
import { endpoint } from '../endpoint'

const texts = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']

export const webSocketStatus = endpoint(
  { summary: 'Tell who is connected by WebSocket', answers: { status: 200, schema: WebSocketStatus } },
  (c) => {
    const clients = c.env.rooms.connections().map(({ readyState }) => ({
      readyState,
      readyStateText: texts[readyState] ?? 'UNKNOWN',
    }))
    return answer(c, { connectedClients: clients.length, clients })
  },
)
