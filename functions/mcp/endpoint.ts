/** `POST /mcp`: who calls, and with what. All else is loaded when the first call comes. */
import { validationError } from '../../schemas/problems'
import type { Role } from '../../schemas/template'
import { readerOf } from '../../storage/rules/find'
import { allOperations } from '../all-operations'
import { readText } from '../http/body'
import { guard } from '../http/guard'
import { respondError } from '../http/respond'
import type { Stream } from '../realtime/rooms'
import type { Env, RequestContext } from '../services/app-services'
import type { McpHost } from './host'
import { resourceOfRoom } from './room-resources'
import { tierNamed, unknownTier } from './tier'

/** Answers a request of the API. */
type Answer = (request: Request, services: Env['Bindings']) => Response | Promise<Response>

const definitions = allOperations.map(({ definition }) => definition)

/** `answer`: the API that the tools call, in the name of whoever calls this. */
export const mcpEndpoint =
  (answer: Answer) =>
  async (c: RequestContext): Promise<Response> => {
    const refusal = await guard(c, true)
    if (refusal) return refusal
    try {
      const tier = tierAsked(c)
      const text = await readText(c)
      const { serveMcp } = await import('./serve')
      const response = await serveMcp(c.req.raw, text, hostOf(c, answer, tier))
      for (const [name, value] of Object.entries(c.get('headers'))) response.headers.set(name, value)
      return response
    } catch (error) {
      return respondError(c, error)
    }
  }

const tierAsked = (c: RequestContext) => {
  const name = c.req.query('tier')
  if (name === undefined) return undefined
  const tier = tierNamed(name)
  if (tier) return tier
  throw validationError([{ path: 'tier', message: unknownTier(name) }])
}

const hostOf = (c: RequestContext, answer: Answer, tier: McpHost['tier']): McpHost => {
  const caller = c.get('caller')
  const { readChunkedBody, ...services } = c.env
  const origin = new URL(c.req.url).origin
  const headers = new Headers({ 'Content-Type': 'application/json' })
  for (const name of ['Authorization', 'Host', 'Origin', 'X-Maestro-Session']) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  return {
    definitions,
    send: async (method, address, options) =>
      answer(new Request(origin + address, { method, headers, ...options }), services),
    sessionId: caller.sessionId,
    role: async () => (caller.kind === 'session' ? caller.role : sessionRole(c, caller.sessionId)),
    tier,
    onError: (err) =>
      services.log.error({ requestId: c.get('requestId'), err }, 'A tool failed unexpectedly'),
    version: services.version,
    follow({ rooms, onChange, onEnd }) {
      const stream: Stream = {
        rooms: new Set(),
        ...(caller.kind === 'session' && { speaker: caller }),
        deliver: ({ name, rooms: of }) => onChange(of.flatMap((room) => resourceOfRoom(room, name) ?? [])),
        cut: onEnd,
        end: onEnd,
      }
      services.rooms.connect(stream)
      for (const room of rooms) services.rooms.join(stream, room)
      return () => services.rooms.disconnect(stream)
    },
  }
}

/** The role of the session in whose name a person calls. */
const sessionRole = async (c: RequestContext, sessionId: string | undefined): Promise<Role | undefined> => {
  if (sessionId === undefined) return undefined
  const session = await c.env.workspace.read((documents) => readerOf(documents).get('sessions', sessionId))
  return session && (session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker')
}
