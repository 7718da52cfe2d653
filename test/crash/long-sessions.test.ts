// Long sessions among the writers, and the server killed: an entry that was acknowledged is lost, or is there twice.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import type { Project, Session } from '../contract/http'
import { type Server, startServer } from '../contract/server'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { ConnectionLost, openRequests, type Requests } from './requests'

/** 60 kills with each durability in the whole campaign. */
const rounds = scaled(1.2)
const random = createRandom('long sessions')
const writers = 8
/** From so many on, its file is written in pieces and sealed, and the journal has only what is new. */
const entriesBefore = 3000
/** The contract: a second, and another one for each MiB. */
const fileFollowsWithin = { timeout: 10_000, interval: 200 }

interface LongSession {
  id: string
  notes: Map<string, 'sent' | 'acknowledged'>
  /** Names that were acknowledged or are under way, the last first. */
  names: string[]
}

it(
  'are killed under appends, and each acknowledged entry is there once',
  async () => {
    let server = await startServer()
    try {
      const sessions = await newSessions(openRequests(server.url))
      for (let round = 1; round <= rounds; round++) {
        const alive = { yes: true }
        const work = Array.from({ length: writers }, (_, number) =>
          write(openRequests(server.url), sessions, `${round}-${number}`, alive),
        )
        // Long enough for the file of a long one to be under way, or too short for it.
        await sleep(50 + random() * (random() < 0.5 ? 600 : 2500))
        await server.kill9()
        alive.yes = false
        count('kills')
        expect((await Promise.allSettled(work)).filter(({ status }) => status === 'rejected')).toEqual([])
        server = await server.restart({ DURABILITY: round % 2 === 0 ? 'strict' : 'process' })
        const api = openRequests(server.url)
        for (const session of sessions) await expectWhole(api, server, session)
        const health = await api.get<{ storage: { quarantined: unknown[]; problems?: unknown[] } }>(
          '/health?verbose=1',
        )
        expect({ problems: [], ...health.storage }).toMatchObject({ quarantined: [], problems: [] })
      }
    } finally {
      await server.stop()
    }
  },
  scaledMs(60_000),
)

const newSessions = async (api: Requests): Promise<LongSession[]> => {
  const { id: projectId } = await api.send<Project>('POST', '/api/projects', { name: 'long' })
  const sessions: LongSession[] = []
  for (const lists of [['timeline'], ['timeline', 'events']]) {
    const { id } = await api.send<Session>('POST', '/api/sessions', { projectId, taskIds: [], name: 'first' })
    const notes = new Map<string, 'acknowledged'>()
    for (const list of lists) {
      const entries = Array.from({ length: entriesBefore }, (_, n) => {
        notes.set(`${list} ${n}`, 'acknowledged')
        const note = { message: `${list} ${n}`, data: `${list} ${n}` }
        return { type: 'progress', timestamp: 1738713700000 + n, id: `evt_${list}_${n}`, ...note }
      })
      await api.send('PATCH', `/api/sessions/${id}`, { [list]: entries })
    }
    sessions.push({ id, notes, names: ['first'] })
  }
  return sessions
}

/** Appends until the server is gone; now and then it changes what is not in the lists. */
const write = async (api: Requests, sessions: LongSession[], writer: string, alive: { yes: boolean }) => {
  try {
    for (let sent = 0; alive.yes; sent++) {
      const session = sessions[Math.floor(random() * sessions.length)]
      if (!session) return
      const { id, notes, names } = session
      const note = `${writer}-${sent}`
      if (random() < 0.05) {
        names.unshift(note)
        await api.send('PATCH', `/api/sessions/${id}`, { name: note })
        continue
      }
      notes.set(note, 'sent')
      if (random() < 0.5) await api.send('POST', `/api/sessions/${id}/timeline`, { message: note })
      else await api.send('POST', `/api/sessions/${id}/events`, { type: 'x', data: note })
      notes.set(note, 'acknowledged')
      count('acknowledged entries')
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error
  }
}

const expectWhole = async (api: Requests, { dataDir }: Server, { id, notes, names }: LongSession) => {
  const session = await api.get<Session>(`/api/sessions/${id}`)
  const found = [
    ...session.timeline.flatMap(({ message = '' }) => (message === '' ? [] : [message])),
    ...session.events.map(({ data }) => String(data)),
  ]
  const there = new Set(found)
  expect(there.size, 'an entry is there twice').toBe(found.length)
  const lost = [...notes].filter(([note, state]) => state === 'acknowledged' && !there.has(note))
  expect(lost, 'acknowledged entries are lost').toEqual([])
  expect(found.filter((note) => !notes.has(note))).toEqual([])
  // What was under way is decided now.
  notes.clear()
  for (const note of found) notes.set(note, 'acknowledged')
  expect(names).toContain(session.name)
  const file = join(dataDir, 'sessions', `${id}.json`)
  await vi.waitFor(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(session), fileFollowsWithin)
}
