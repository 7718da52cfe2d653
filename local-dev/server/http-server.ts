import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex, Writable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import crossws from 'crossws/adapters/node'
import { createApp } from '../../functions/app'
import { maxBufferedBytes } from '../../functions/realtime/rooms'
import { createHooks, maxMessageBytes } from '../../functions/realtime/websocket'
import type { AppServices, Env } from '../../functions/services/app-services'
import { readChunkedBody } from './http/chunked-body'
import { isHandshake } from './http/handshake'
import { inTurn } from './http/in-turn'
import { answerUnreadable, createMalformedAnswer, maxHeaderBytes } from './http/malformed'
import { indexSoon } from './index-soon'
import { startSweeping } from './sweep'

/** Idle connections are kept this long, in milliseconds: agents call now and then. */
const keepAliveTimeoutMs = 65_000
/** A client that takes none of what waits for it for so long, in milliseconds, is cut off. */
const stallTimeoutMs = 60_000
/** What a WebSocket is sent without its being asked for by us (pongs, answers) may make a little more wait. */
const maxSocketBytes = maxBufferedBytes + 1024 * 1024

/** A path that climbs (`/api/tasks/../x`): clients resolve that themselves, so whoever sends it is up to something. */
const dotSegments = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** With synchronous events, thousands of messages that come at once are handled before anybody else has a turn. */
const socketOptions = { maxPayload: maxMessageBytes, allowSynchronousEvents: false }

/** A Node server of the API and its WebSocket. */
export interface HttpServer {
  server: Server
  /** Ends every WebSocket and every event stream, politely (close code 1001) or at once. */
  closeSockets(how: 'politely' | 'at once'): void
  /** Ends connections on which nothing is under way, those that never sent a request included. */
  closeIdleConnections(): void
}

export const createHttpServer = (
  services: AppServices,
  app = createApp(),
  stallMs = stallTimeoutMs,
): HttpServer => {
  const streams = new Set<Writable>()
  /** Callers are few, and come often: what a handler finds is made anew only when the caller changes. */
  let bindings: Env['Bindings'] = services
  const bindingsFor = (address: string | undefined) => {
    if (bindings.address !== address) bindings = { ...services, address }
    return bindings
  }
  const answer = getRequestListener(
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
  const { listener, isBusy } = inTurn(answer)
  const options = {
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: maxHeaderBytes,
    requireHostHeader: false,
  }
  const server = createServer(options, listener)
  server.on('clientError', createMalformedAnswer())
  // Whoever expects what there is not is answered as anybody: Node's own refusal is empty.
  server.on('checkExpectation', listener)
  server.once('listening', () => {
    server.once('close', startSweeping(services))
    server.once('close', indexSoon(services))
  })
  server.setTimeout(stallMs, (socket) => {
    // One whose answer takes long to be made has no fault in that.
    if (!isBusy(socket) || socket.writableLength > 0) socket.destroy()
  })
  const idleSockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    idleSockets.add(socket)
    socket.once('close', () => idleSockets.delete(socket))
  })
  server.on('request', ({ socket }) => idleSockets.delete(socket))

  const addresses = new WeakMap<object, string | undefined>()
  const hooks = createHooks(services, (request) => addresses.get(request))
  const sockets = crossws({
    hooks: {
      ...hooks,
      async upgrade(request) {
        const answer = await hooks.upgrade?.(request)
        return answer instanceof Response || isHandshake(request) ? answer : answerUnreadable()
      },
    },
    // By default every path is a namespace of its own, and each would have rooms of its own.
    getNamespace: () => 'maestro',
    serverOptions: socketOptions,
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const request = requestOf(incoming)
    addresses.set(request, addressOf(incoming))
    idleSockets.delete(socket)
    socket.on('error', () => socket.destroy())
    void sockets.handleUpgrade(incoming, socket, head, request).then(() => {
      // Whatever a client sends, pings included, makes an answer that it may not read.
      socket.on('data', () => {
        if (socket.writableLength > maxSocketBytes) socket.destroy()
      })
    })
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
