// The WebSocket side of the contract tests: a connection that keeps every message it was sent.

import { WebSocket } from 'ws'
import { parseTrusted } from '../../schemas/json-text'
import { checkMessage } from './conformance'
import type { Api } from './http'
import { createInbox } from './inbox'

export interface Message {
  type: string
  event?: string
  data?: unknown
  timestamp: number
}

export interface Socket {
  /** All messages so far, in the order in which they came. */
  messages: Message[]
  /** The first message, past or future, that fits. Fails when none has come after 10 s. */
  waitFor(fits: (message: Message) => boolean): Promise<Message>
  /** The first message that `next` has not given yet. Fails when none has come after 10 s. */
  next(): Promise<Message>
  /** A string goes out as a text frame, bytes as a binary one, anything else as JSON. */
  send(message: unknown): void
  /** The close code, once the connection is closed. */
  closed: Promise<number>
  close(): Promise<number>
}

export interface ConnectOptions {
  /** Path and query of the upgrade request. */
  path?: string
  headers?: Record<string, string>
}

/** Connects to the server whose HTTP address is `url`. */
export const connect = (url: string, options: ConnectOptions = {}): Promise<Socket> => {
  const socket = open(url, options)
  const inbox = createInbox<Message>(({ type }) => type)

  socket.on('message', (data, isBinary) => {
    const message: Message = isBinary
      ? { type: 'a binary frame', timestamp: 0 }
      : parseTrusted(data.toString())
    checkMessage(message)
    inbox.add(message)
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))

  const connection: Socket = {
    messages: inbox.all,
    waitFor: inbox.waitFor,
    next: inbox.next,
    send(message) {
      const raw = typeof message === 'string' || message instanceof Uint8Array
      socket.send(raw ? message : JSON.stringify(message))
    },
    closed,
    close() {
      socket.close()
      return closed
    },
  }
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(connection))
    socket.once('error', reject)
    // A later error only ends the connection, which `closed` tells.
    socket.on('error', () => undefined)
  })
}

/** The HTTP status of an upgrade: 101 when the server takes the connection, which is then closed. */
export const upgradeStatus = (url: string, options: ConnectOptions = {}): Promise<number> => {
  const socket = open(url, options)
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.close()
      resolve(101)
    })
    socket.once('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.once('error', reject)
    socket.on('error', () => undefined)
  })
}

/**
 * The messages that a connection hears because of `action`, and no others: a change made before it and one made
 * after it mark the place, for messages come in the order of the changes.
 */
export const heardDuring = async (
  socket: Socket,
  api: Api,
  action: () => Promise<unknown>,
): Promise<Message[]> => {
  const from = await mark(socket, api)
  await action()
  const to = await mark(socket, api)
  return socket.messages.slice(from + 1, to)
}

/** Makes a change and returns its message's place among the messages. */
const mark = async (socket: Socket, api: Api): Promise<number> => {
  const marker = await api.project({ name: 'mark' })
  const tellsOf = ({ type, data }: Message) =>
    type === 'project:created' &&
    data !== null &&
    typeof data === 'object' &&
    'id' in data &&
    data.id === marker.id
  return socket.messages.indexOf(await socket.waitFor(tellsOf))
}

const open = (url: string, { path = '/', headers = {} }: ConnectOptions): WebSocket =>
  new WebSocket(url.replace('http', 'ws') + path, { headers, perMessageDeflate: false })
