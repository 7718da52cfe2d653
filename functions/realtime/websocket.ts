import type { Hooks, Peer } from 'crossws'
import { ApiError, apiError } from '../../schemas/errors'
import { type SessionClaim, sessionCaller } from '../../storage/rules/callers'
import { readerOf } from '../../storage/rules/find'
import type { Workspace } from '../../storage/workspace'
import type { AppServices } from '../services/app-services'
import { type ClientConnection, handleMessage, onOpen, wantsEventIds, withEventId } from './protocol'
import { maxBufferedBytes, type Speaker } from './rooms'

/** A message of a client has at most this many bytes. */
export const maxMessageBytes = 64 * 1024
/** Close code "try again later". */
const closeTryAgainLater = 1013

/** Close code "policy violation". */
const closeNotAllowed = 1008

/** The name of what is spoken here. */
const protocol = 'maestro'

const paths = new Set(['/', '/ws'])

interface Remembered {
  rooms: readonly string[]
  speaker?: Speaker | undefined
}

/** Remembers the rooms of a connection, and whose it is, for a host that sleeps while its connections stay. */
export interface ConnectionMemory {
  remember(id: string, connection: Remembered): void
  recall(id: string): Remembered | undefined
  forget(id: string): void
}

/** The WebSocket endpoint, for any host. `addressOf` gives the caller's address, where the host knows it. */
export const createHooks = (
  services: AppServices,
  addressOf: (request: Request) => string | undefined,
  memory?: ConnectionMemory,
): Partial<Hooks> => {
  const { rooms, clock, log, workspace } = services
  const context = { rooms, clock, lastEvent: workspace.lastEvent, debug: log.debug.bind(log) }
  const connections = new WeakMap<Peer, ClientConnection>()

  /** crossws does not catch what a hook throws, and on Node that would end the process. */
  const catchErrors = (hook: () => void) => {
    try {
      hook()
    } catch (error) {
      log.error({ err: error }, 'A WebSocket hook failed')
    }
  }

  const createConnection = (peer: Peer, speaker: Speaker | undefined): ClientConnection => {
    const send = (message: string) =>
      catchErrors(() => {
        // What waited before counts: a message may be longer than that, and who reads at once gets it.
        if (peer.bufferedAmount > maxBufferedBytes) drop()
        else peer.send(message, { compress: false })
      })
    const close = (code: number, reason: string) => {
      rooms.disconnect(connection)
      connections.delete(peer)
      memory?.forget(peer.id)
      peer.close(code, reason)
    }
    const drop = () => {
      log.warn({ address: peer.remoteAddress }, 'Dropped a WebSocket client that reads too slowly')
      close(closeTryAgainLater, 'reading too slowly')
    }
    const withIds = wantsEventIds(peer.request.url)
    const connection: ClientConnection = {
      rooms: new Set(),
      speaker,
      cut: () => catchErrors(() => close(closeNotAllowed, 'the token of the session is void')),
      withIds,
      get readyState() {
        return peer.websocket.readyState ?? 3
      },
      send,
      deliver: ({ number }, envelope) => send(withIds ? withEventId(envelope, number) : envelope),
    }
    return connection
  }

  /** A connection that is older than this process. */
  const restore = (peer: Peer): ClientConnection | undefined => {
    const known = memory?.recall(peer.id)
    if (!known) return undefined
    const connection = createConnection(peer, known.speaker)
    connections.set(peer, connection)
    rooms.connect(connection)
    for (const room of known.rooms) rooms.join(connection, room)
    return connection
  }
  const remember = (peer: Peer, { rooms, speaker }: ClientConnection) =>
    memory?.remember(peer.id, { rooms: [...rooms], speaker })

  /** Its session may have come to its end while it was let in. */
  const checkSpeaker = async ({ speaker, cut }: ClientConnection) => {
    if (speaker && (await refuseSession(workspace, speaker, undefined))) cut()
  }

  return {
    async upgrade(request) {
      const refusal = await refuseUpgrade(services, request, addressOf(request))
      return refusal ? refusalResponse(refusal) : protocolOf(request)
    },
    open: (peer) =>
      catchErrors(() => {
        const { claim } = admissionOf(services, peer.request, addressOf(peer.request))
        const connection = createConnection(peer, claim)
        connections.set(peer, connection)
        onOpen(context, connection, peer.request.url)
        remember(peer, connection)
        void checkSpeaker(connection).catch((err) => log.error({ err }, 'A WebSocket hook failed'))
      }),
    message: (peer, message) =>
      catchErrors(() => {
        const connection = connections.get(peer) ?? restore(peer)
        if (connection) handleMessage(context, connection, message.text())
        if (connection) remember(peer, connection)
      }),
    close: (peer) =>
      catchErrors(() => {
        const connection = connections.get(peer)
        if (connection) rooms.disconnect(connection)
        memory?.forget(peer.id)
      }),
    error: (_peer, error) => log.debug({ err: error }, 'A WebSocket failed'),
  }
}

/** Of what a client offers, the one that holds no token: a browser hangs up on an answer that names none of its own. */
const protocolOf = (request: Request) => {
  const offered = request.headers.get('sec-websocket-protocol')?.split(',') ?? []
  const isOffered = offered.some((name) => name.trim() === protocol)
  return isOffered ? { headers: { 'Sec-WebSocket-Protocol': protocol } } : undefined
}

const refuseUpgrade = async (
  services: AppServices,
  request: Request,
  address: string | undefined,
): Promise<ApiError | undefined> => {
  const { denial, claim } = admissionOf(services, request, address)
  if (denial) return apiError(denial.code, denial.message)
  const { pathname } = new URL(request.url)
  if (!paths.has(pathname)) return apiError('NOT_FOUND', `Not found: GET ${pathname}`)
  return (
    claim && refuseSession(services.workspace, claim, request.headers.get('x-maestro-session') ?? undefined)
  )
}

/** Whether a WebSocket may be opened, and the session whose token it shows. */
const admissionOf = ({ access }: AppServices, request: Request, address: string | undefined) => {
  const url = new URL(request.url)
  const header = (name: string) => request.headers.get(name) ?? undefined
  return access.admit({
    method: 'GET',
    path: url.pathname,
    hasQuery: url.search !== '',
    host: header('host'),
    origin: header('origin'),
    authorization: header('authorization'),
    queryToken: url.searchParams.get('token') ?? undefined,
    protocols: header('sec-websocket-protocol'),
    isUpgrade: true,
    tokenInQueryAllowed: true,
    address,
  })
}

/** An agent listens like anybody, as long as its session's run lasts. */
const refuseSession = async (
  workspace: Workspace,
  claim: SessionClaim,
  named: string | undefined,
): Promise<ApiError | undefined> => {
  try {
    await workspace.read((documents) => sessionCaller(readerOf(documents), claim, named))
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

const refusalResponse = ({ code, message, status }: ApiError) =>
  new Response(JSON.stringify({ error: true, code, message }), {
    status,
    headers: { 'Content-Type': 'application/json', Connection: 'close' },
  })
