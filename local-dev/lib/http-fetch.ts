/** What our programs ask a server with: what Node's `fetch` loads takes longer than all that a command does. */
import { Agent, type IncomingMessage, request } from 'node:http'
import type { Answer, Asked, Fetch } from '../../functions/client/requests'

/** A server closes what it has not heard of for 5 s: a connection that is older is not used again. */
const agent = new Agent({ keepAlive: true, timeout: 3000 })

const redirects = [301, 302, 303, 307, 308]

/** As `fetch` does it over plain HTTP. Rejects with what the connection said, or with the signal's reason. */
export const httpFetch: Fetch = async (url, asked) => {
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:' || username !== '' || password !== '') return fetch(url, asked)
  const { signal } = asked
  const incoming = await send(url, asked).catch((error) => fail(error, signal))
  // Whoever sends elsewhere has done nothing yet, and `fetch` knows what may go along.
  if (redirects.includes(incoming.statusCode ?? 0)) {
    incoming.destroy()
    return fetch(url, asked)
  }
  return answerOf(incoming, signal)
}

const send = (url: string, { method, headers, body, signal }: Asked) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
    const options = { agent, method, headers: { ...headers, ...length }, ...(signal && { signal }) }
    const sent = request(url, options, resolve)
    sent.on('error', reject)
    sent.end(body)
  })

const fail = (error: unknown, signal: AbortSignal | undefined): never => {
  throw signal?.aborted ? signal.reason : error
}

const answerOf = (incoming: IncomingMessage, signal: AbortSignal | undefined): Answer => {
  const { statusCode: status = 0 } = incoming
  let stream: ReadableStream<Uint8Array> | undefined
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const parts: Uint8Array[] = []
    try {
      for await (const part of incoming) parts.push(part)
    } catch (error) {
      fail(error, signal)
    }
    return new Uint8Array(Buffer.concat(parts))
  }
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name) => {
        const value = incoming.headers[name.toLowerCase()]
        return Array.isArray(value) ? value.join(', ') : (value ?? null)
      },
    },
    get body() {
      stream ??= streamOf(incoming, signal)
      return stream
    },
    text: async () => new TextDecoder().decode(await bytes()),
    arrayBuffer: async () => (await bytes()).buffer,
  }
}

const streamOf = (incoming: IncomingMessage, signal: AbortSignal | undefined): ReadableStream<Uint8Array> => {
  const parts: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next().catch((error) => fail(error, signal))
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => void incoming.destroy(),
  })
}
