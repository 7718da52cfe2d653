import { WebSocketStatus } from '../../schemas/responses'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

const texts = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']

export const webSocketStatus = operation({
  method: 'GET',
  path: '/ws-status',
  name: 'server.webSocketStatus',
  sessionAccess: 'read',
  summary: 'List the connected WebSocket clients',
  answers: { status: 200, schema: WebSocketStatus },
  example: () => ({}),
  run: (c) => {
    const clients = c.env.rooms.connections().map(({ readyState }) => ({
      readyState,
      readyStateText: texts[readyState] ?? 'UNKNOWN',
    }))
    return respond(c, { connectedClients: clients.length, clients })
  },
})
