/** Lets clients subscribe to resources. */
import { type Server, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server'
import type { McpHost } from './host'
import { roomOf } from './resources'

interface Connection {
  era: 'legacy' | 'modern'
  stays: boolean
}

/** Lets a client subscribe in the way of its revision. */
export const subscriptions = (server: Server, host: McpHost, { era, stays }: Connection): void => {
  if (era === 'legacy') subscribeEach(server, host)
  // The SDK keeps who wants what, and lets through no more than that.
  else if (stays) tellAll(server, host)
  else listenPerRequest(server, host)
}

const subscribeEach = (server: Server, host: McpHost): void => {
  const ends = new Map<string, () => void>()
  const unsubscribe = (uri: string) => {
    ends.get(uri)?.()
    ends.delete(uri)
  }
  server.setRequestHandler('resources/subscribe', ({ params: { uri } }) => {
    const room = roomOf(uri)
    unsubscribe(uri)
    if (room !== undefined)
      ends.set(uri, host.follow({ rooms: [room], onEnd, onChange: tellOf(server, [uri]) }))
    return {}
  })
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    unsubscribe(uri)
    return {}
  })
  closing(server, () => [...ends.keys()].forEach(unsubscribe))
}

const tellAll = (server: Server, host: McpHost): void =>
  closing(server, host.follow({ rooms: ['all'], onEnd, onChange: tellOf(server) }))

/** Nothing to do: who has lost the server hears of it when it calls. */
const onEnd = () => undefined

const closing = (server: Server, end: () => void): void => {
  const { onclose } = server
  server.onclose = () => {
    end()
    onclose?.()
  }
}

const tellOf =
  (server: Server, wanted?: readonly string[]) =>
  (uris: readonly string[]): void => {
    // A client that has gone away hears nothing.
    for (const uri of uris)
      if (wanted === undefined || wanted.includes(uri))
        server.sendResourceUpdated({ uri }).catch(() => undefined)
  }

/** A request that is answered with what happens, until its client goes away. */
const listenPerRequest = (server: Server, host: McpHost): void =>
  server.setRequestHandler('subscriptions/listen', async ({ params }, { mcpReq }) => {
    const wanted = (params.notifications.resourceSubscriptions ?? []).filter(
      (uri) => roomOf(uri) !== undefined,
    )
    const Meta = { [SUBSCRIPTION_ID_META_KEY]: mcpReq.id }
    const notifications = wanted.length > 0 ? { resourceSubscriptions: wanted } : {}
    await mcpReq.notify({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications, _meta: Meta },
    })
    if (wanted.length > 0)
      await new Promise<void>((resolve) => {
        const rooms = wanted.flatMap((uri) => roomOf(uri) ?? [])
        const onChange = (uris: readonly string[]) => {
          for (const uri of uris)
            if (wanted.includes(uri))
              mcpReq
                .notify({ method: 'notifications/resources/updated', params: { uri, _meta: Meta } })
                .catch(() => undefined)
        }
        const end = () => {
          unfollow()
          resolve()
        }
        const unfollow = host.follow({ rooms, onChange, onEnd: () => resolve() })
        mcpReq.signal.addEventListener('abort', end)
      })
    return { resultType: 'complete', _meta: Meta }
  })
