/** A server is frozen under writes, another takes its directory over, the first wakes: nobody's work is lost to it. */

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import type { Project, Task } from '../contract/http'
import { type Server, startServer } from '../contract/server'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { openRequests, type Requests } from './requests'

/** A campaign, at a scale of 100, is of 20. */
const rounds = scaled(0.2)
const random = createRandom('frozen')
const writerCount = 20

/** A task whose title is a number that only grows. */
interface Writer {
  path: string
  sent: number
  acknowledged: number
}

/** Writes the next number, again and again, until it is refused or told to stop. */
const writeUntil = async (api: Requests, writer: Writer, isDone: () => boolean) => {
  while (!isDone()) {
    const number = ++writer.sent
    try {
      await api.send('PATCH', writer.path, { title: String(number) })
    } catch {
      return
    }
    writer.acknowledged = number
  }
}

/** Makes the lock that of a server in another container that has been silent for too long. */
const silence = (dataDir: string) => {
  const path = join(dataDir, '.lock')
  const { pid } = spawnSync('true')
  const record = parseTrusted<object>(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...record, pid }))
}

/** What the tasks' files hold, by id. */
const titlesInFiles = (dataDir: string): Record<string, string> => {
  const folder = join(dataDir, 'tasks')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  )
  const tasks = names.map((name) => parseTrusted<Task>(readFileSync(join(folder, name), 'utf8')))
  return Object.fromEntries(tasks.map(({ id, title }) => [id, title]))
}

const titlesServed = async (api: Requests): Promise<Record<string, string>> =>
  Object.fromEntries((await api.get<Task[]>('/api/tasks')).map(({ id, title }) => [id, title]))

const journalOf = (dataDir: string): Record<string, string> => {
  const folder = join(dataDir, '.wal')
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}

it.skipIf(process.platform !== 'linux')(
  'and it wakes to write nothing over what the other has, nor to say that it did',
  async () => {
    for (let round = 1; round <= rounds; round++) {
      const first = await startServer()
      const servers: Server[] = [first]
      try {
        const api = openRequests(first.url)
        const project = await api.send<Project>('POST', '/api/projects', { name: 'p' })
        const writers: Writer[] = []
        for (let number = 0; number < writerCount; number++) {
          const { id } = await api.send<Task>('POST', '/api/tasks', { projectId: project.id, title: '0' })
          writers.push({ path: `/api/tasks/${id}`, sent: 0, acknowledged: 0 })
        }
        let isDone = false
        const writing = writers.map((writer) => writeUntil(openRequests(first.url), writer, () => isDone))
        await sleep(200 + random() * 300)
        first.signal('SIGSTOP')
        await expect.poll(() => readFileSync(`/proc/${first.pid}/stat`, 'utf8')).toContain(') T ')
        const journal = journalOf(first.dataDir)
        silence(first.dataDir)
        const second = await startServer({ env: { DATA_DIR: first.dataDir } })
        servers.push(second)
        const other = openRequests(second.url)
        const found = await titlesServed(other)
        for (const { path } of writers) await other.send('PATCH', path, { title: `newer than ${round}` })
        const served = await titlesServed(other)
        await expect.poll(() => titlesInFiles(first.dataDir)).toEqual(served)

        first.signal('SIGCONT')
        await expect.poll(first.log).toContain('was taken over')
        isDone = true
        await Promise.all(writing)
        await expect(api.send('POST', '/api/projects', { name: 'late' })).rejects.toThrow('taken over')
        expect(await first.terminate()).toBe(0)

        expect(titlesInFiles(first.dataDir)).toEqual(served)
        expect(journalOf(first.dataDir)).toMatchObject(journal)
        for (const { path, acknowledged } of writers)
          expect(Number(found[path.slice('/api/tasks/'.length)])).toBeGreaterThanOrEqual(acknowledged)
        await second.kill9()
        const third = await startServer({ env: { DATA_DIR: first.dataDir } })
        servers.push(third)
        expect(await titlesServed(openRequests(third.url))).toEqual(served)
        count('servers frozen')
      } finally {
        for (const server of servers) await server.kill9()
        for (const server of servers) await server.stop()
      }
    }
  },
  scaledMs(60_000),
)
