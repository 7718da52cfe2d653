// Made from the list of operations by `npm run generate`: not to be edited.
import type { Health, OpenApi, WebSocketStatus } from '../../schemas/responses'
import type { QueryText, Requests } from './requests'

export const serverOf = (requests: Requests) => ({
  /** Get the console, in a browser. Where it is not built, a page that leads to this reference. Answers anyone, without a token too. */
  home: () => requests.text('GET', '/'),
  /** Read this reference as a page */
  docs: () => requests.text('GET', '/docs'),
  /** Health check. Answers 503 while no change can be stored: the database is away, the disk takes nothing, or another server has the data directory. Reads are still answered then. */
  health: (
    query: {
      /** 1: also version, storage, clients and the last event */
      verbose?: QueryText | undefined
    } = {},
  ) => requests.ask<Health>('GET', '/health', { query: { ...query } }),
  /** Get this reference as OpenAPI 3.1. Made from the same schemas that validate. */
  openApi: () => requests.ask<OpenApi>('GET', '/openapi.json'),
  /** List the connected WebSocket clients */
  webSocketStatus: () => requests.ask<WebSocketStatus>('GET', '/ws-status'),
})
