/** A server that is attacked, and short ways to put something on it. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import * as z from 'zod'
import { freshDirectory, removeDirectory } from '../children'
import { type Server, startServer } from '../server'

export interface Target {
  server: Server
  /** Where everything of the server is. */
  home: string
  projectId: string
  /** Sends a request; resolves with the answer, of whatever status. */
  send(method: string, path: string, body?: object | string): Promise<{ status: number; text: string }>
  /** Makes so many of something that is posted; resolves with their ids, in order. */
  make(count: number, path: string, body: (index: number) => object): Promise<string[]>
  tasks(count: number, fields?: object): Promise<string[]>
  session(fields: object): Promise<string>
  /** Sends bytes on a connection of its own; resolves when the server has answered something and the bytes are sent. */
  sendRaw(pieces: Iterable<string>): Promise<string>
  /**
   * Of the server's event loop since the last call: its longest turn without what the garbage collector took of it, in
   * milliseconds of its own CPU time, and the longest pause of that.
   */
  takeTurns(): { turnMs: number; gcMs: number }
  close(): Promise<void>
}

/** So many requests are under way while something is prepared. */
const concurrency = 32
const withId = z.object({ id: z.string() })

export const openTarget = async (): Promise<Target> => {
  const home = freshDirectory()
  const server = await startServer(home, ['--import', new URL('./turn-meter.mjs', import.meta.url).href])
  const turns = join(home, 'turns')
  const origin = `http://127.0.0.1:${server.port}`

  const send: Target['send'] = async (method, path, body) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(origin + path, { method, ...init })
    return { status: response.status, text: await response.text() }
  }

  const post = async (path: string, body: object): Promise<string> => {
    const { status, text } = await send('POST', path, body)
    if (status !== 201) throw new Error(`POST ${path} answered ${status}: ${text.slice(0, 200)}`)
    return withId.parse(JSON.parse(text)).id
  }

  const make: Target['make'] = async (count, path, body) => {
    const ids = Array.from({ length: count }, () => '')
    let next = 0
    const run = async () => {
      for (let index = next++; index < count; index = next++) ids[index] = await post(path, body(index))
    }
    await Promise.all(Array.from({ length: concurrency }, run))
    return ids
  }

  const projectId = await post('/api/projects', { name: 'attacked', workingDir: '/tmp' })
  return {
    server,
    home,
    projectId,
    send,
    make,
    tasks: (count, fields = {}) => make(count, '/api/tasks', () => ({ projectId, title: 't', ...fields })),
    session: (fields) => post('/api/sessions', { projectId, taskIds: [], ...fields }),
    sendRaw: (pieces) => sendRaw(server.port, pieces),
    takeTurns() {
      const text = existsSync(turns) ? readFileSync(turns, 'utf8') : ''
      rmSync(turns, { force: true })
      return longestOf(text)
    },
    async close() {
      await server.kill()
      removeDirectory(home)
    },
  }
}

/** What the turn meter has written. */
const longestOf = (text: string): { turnMs: number; gcMs: number } => {
  const lines = text.split('\n').map((line) => line.split(' '))
  const of = (word: string) =>
    lines.filter(([first]) => first === word).map(([, ...rest]) => rest.map(Number))
  const pauses = of('gc')
  const turns = of('turn').map(([start = 0, end = 0, cpu = 0]) =>
    pauses.reduce(
      (rest, [from = 0, to = 0]) => rest - Math.max(0, Math.min(to, end) - Math.max(from, start)),
      cpu,
    ),
  )
  return {
    turnMs: Math.max(0, ...turns),
    gcMs: Math.max(0, ...pauses.map(([from = 0, to = 0]) => to - from)),
  }
}

const sendRaw = (port: number, pieces: Iterable<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let answer = ''
    const iterator = pieces[Symbol.iterator]()
    const push = () => {
      for (let next = iterator.next(); !next.done; next = iterator.next())
        if (!socket.write(next.value)) return
    }
    socket.once('connect', push)
    socket.on('drain', push)
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1')
      if (answer.includes('\r\n\r\n')) socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(answer))
  })
