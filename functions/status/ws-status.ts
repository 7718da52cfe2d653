import { WebSocketStatus } from '../../schemas/responses'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'

const texts = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']

export const webSocketStatus = endpoint(
  { summary: 'Tell who is connected by WebSocket', answers: { status: 200, schema: WebSocketStatus } },
  (c) => {
    const clients = c.env.rooms.connections().map(({ readyState }) => ({
      readyState,
      readyStateText: texts[readyState] ?? 'UNKNOWN',
    }))
    return respond(c, { connectedClients: clients.length, clients })
  },
)
