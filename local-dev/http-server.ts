import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex, Writable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import crossws from 'crossws/adapters/node'
import { createApp } from '../functions/app'
import { createHooks, maxMessageBytes } from '../functions/realtime/websocket'
import type { AppServices, Env } from '../functions/services/app-services'
import type { ErrorResponse } from '../schemas/errors'
import { readChunkedBody } from './http/chunked-body'

/** Idle connections are kept this long, in milliseconds: agents call now and then. */
const keepAliveTimeoutMs = 65_000

/** A path that climbs (`/api/tasks/../x`): clients resolve that themselves, so whoever sends it is up to something. */
const dotSegments = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** A Node server of the API and its WebSocket. */
export interface HttpServer {
  server: Server
  /** Ends every WebSocket and every event stream, politely (close code 1001) or at once. */
  closeSockets(how: 'politely' | 'at once'): void
  /** Ends connections on which nothing is under way, those that never sent a request included. */
  closeIdleConnections(): void
}

export const createHttpServer = (services: AppServices, app = createApp()): HttpServer => {
  const streams = new Set<Writable>()
  /** Callers are few, and come often: what a handler finds is made anew only when the caller changes. */
  let bindings: Env['Bindings'] = services
  const bindingsFor = (address: string | undefined) => {
    if (bindings.address !== address) bindings = { ...services, address }
    return bindings
  }
  const listener = getRequestListener(
    (request, { incoming, outgoing }) => {
      if (dotSegments.test(incoming.url ?? '')) return answerUnreadable()
      if (incoming.url?.startsWith('/api/events')) {
        streams.add(outgoing)
        outgoing.once('close', () => streams.delete(outgoing))
      }
      const found = bindingsFor(addressOf(incoming))
      if (incoming.headers['transfer-encoding'] === undefined) return app.fetch(request, found)
      const readChunked = (maxBytes: number) => readChunkedBody(incoming, maxBytes)
      return app.fetch(request, { ...found, readChunkedBody: readChunked })
    },
    { hostname: 'localhost', errorHandler: answerUnreadable },
  )
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, requireHostHeader: false }, listener)
  server.on('clientError', answerMalformed)
  const idleSockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    idleSockets.add(socket)
    socket.once('close', () => idleSockets.delete(socket))
  })
  server.on('request', ({ socket }) => idleSockets.delete(socket))

  const addresses = new WeakMap<object, string | undefined>()
  const sockets = crossws({
    hooks: createHooks(services, (request) => addresses.get(request)),
    // By default every path is a namespace of its own, and each would have rooms of its own.
    getNamespace: () => 'maestro',
    serverOptions: { maxPayload: maxMessageBytes },
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const request = requestOf(incoming)
    addresses.set(request, addressOf(incoming))
    idleSockets.delete(socket)
    socket.on('error', () => socket.destroy())
    void sockets.handleUpgrade(incoming, socket, head, request)
  })

  return {
    server,
    closeIdleConnections() {
      server.closeIdleConnections()
      for (const socket of idleSockets) socket.destroy()
    },
    closeSockets(how) {
      sockets.closeAll(1001, 'The server is shutting down', how === 'at once')
      services.rooms.endStreams()
      if (how === 'at once') for (const stream of streams) stream.destroy()
    },
  }
}

/** Behind a proxy on this machine every caller would look local, so then the address counts as unknown. */
const addressOf = ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string | undefined =>
  headers['x-forwarded-for'] === undefined && headers.forwarded === undefined
    ? socket.remoteAddress
    : undefined

const requestOf = ({ url = '/', headers }: IncomingMessage): Request => {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] satisfies [string, string]],
  )
  return new Request(urlOf(url), { headers: fields })
}

/** A path that only becomes one of ours when it is tidied up (`/%2e`) is not one of ours. */
const urlOf = (target: string): URL => {
  const [path = '/'] = target.split('?')
  const text = `http://localhost${target}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.pathname === path ? url : new URL(`http://localhost/${encodeURIComponent(path)}`)
}

const malformed: ErrorResponse = {
  error: true,
  code: 'VALIDATION_ERROR',
  message: 'The request is not valid HTTP',
}

/** A request whose address or host cannot be read never becomes a request for the API. */
const answerUnreadable = () => Response.json(malformed, { status: 400 })

/** What is not HTTP at all gets an answer all the same. */
const answerMalformed = (_error: Error, socket: Duplex) => {
  if (!socket.writable) return socket.destroy()
  const body = JSON.stringify(malformed)
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}
