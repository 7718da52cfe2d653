// Servers with and without a token, and a caller who may pass, for the tests of access.
import { createAccess } from '../../functions/http/access'

export const token = 'correct-horse-battery'

export const openServer = {
  serverUrl: 'http://devbox.lan:3000',
  corsEnabled: true,
  corsOrigins: ['*'],
  corsCredentials: false,
}
export const protectedServer = { ...openServer, apiToken: token }
export const listed = { ...openServer, corsOrigins: ['*', 'https://ui.example'] }

export const call = {
  method: 'GET',
  path: '/api/tasks',
  hasQuery: false,
  isUpgrade: false,
  host: 'localhost:3000',
  tokenInQueryAllowed: false,
  address: '127.0.0.1',
}

export const answer = (settings: typeof openServer & { apiToken?: string }, request: object): string =>
  createAccess(settings).check({ ...call, ...request })?.code ?? 'served'
