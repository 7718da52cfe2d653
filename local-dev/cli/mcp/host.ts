/** The API as the tools find it from outside of the server. */
import { setTimeout as sleep } from 'node:timers/promises'
import { allOperations } from '../../../functions/all-operations'
import { type Client, type MaestroEvent, ServerUnreachable } from '../../../functions/client/client'
import { createRequests } from '../../../functions/client/requests'
import { ToolError } from '../../../functions/mcp/call'
import type { McpHost } from '../../../functions/mcp/host'
import { resourceOfRoom } from '../../../functions/mcp/room-resources'
import type { Tier } from '../../../functions/mcp/tier'
import { httpFetch } from '../../lib/http-fetch'
import type { Environment } from '../environment'

interface Options {
  environment: Environment
  client: Client
  tier: Tier | undefined
  version: string
  onError(error: unknown): void
}

/** An answer takes no longer, in milliseconds: what waits, waits 50 s. */
const timeoutMs = 60_000

export const hostOverHttp = ({ environment, client, tier, version, onError }: Options): McpHost => {
  const { serverUrl: url, token, callsFor, sessionId } = environment
  const requests = createRequests({ url, token, sessionId: callsFor, fetch: httpFetch })
  return {
    definitions: allOperations.map(({ definition }) => definition),
    async send(method, address, { body, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs)
      const options = {
        ...(body !== undefined && { body }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      }
      return requests.send(method, address, options).catch((error: unknown) => {
        throw error instanceof ServerUnreachable ? new ToolError('SERVER_UNREACHABLE', error.message) : error
      })
    },
    sessionId,
    async role() {
      if (sessionId === undefined) return undefined
      // Which tools there are is no reason to fail: each says itself what is wrong.
      const session = await client.sessions.get(sessionId).catch(() => undefined)
      return session && (session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')
    },
    tier,
    version,
    onError,
    follow({ rooms, onChange, onEnd }) {
      const stop = new AbortController()
      const onEvent = ({ type, data }: MaestroEvent) => onChange(subjectsOf(type, data))
      // A server that refuses this says the same to the next call.
      client.events.follow({ rooms, signal: stop.signal, onEvent }).then(onEnd, onEnd)
      return () => stop.abort()
    },
    pause: (ms, signal) =>
      sleep(ms, undefined, { signal }).then(
        () => true,
        () => false,
      ),
  }
}

/** The resources that an event is about. */
const subjectsOf = (type: string, data: object): string[] => {
  const [kind = ''] = type.split(':')
  const ids = new Map<string, unknown>(Object.entries(data))
  const id = ids.get('id') ?? ids.get(`${kind}Id`)
  return typeof id === 'string' ? [resourceOfRoom(`${kind}:${id}`, type) ?? []].flat() : []
}
