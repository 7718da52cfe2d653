// Somebody goes back to version 0.1.0 after the present one was killed, at any moment: no document and no line of the journal is
// set aside or overwritten.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import type { Project, Session, Task } from '../../contract/http'
import {
  configurationOf,
  type Directories,
  freePort,
  makeDirectories,
  removeDirectories,
  startServer,
} from '../../contract/server'
import { ConnectionLost, openRequests, type Requests } from '../../crash/requests'
import { count } from '../../figures'
import { createRandom, scaled, scaledMs } from '../../random'
import { buildZeroOne } from './old-build'

const old = buildZeroOne()
afterAll(() => old.remove())
const oldServer = [process.execPath, join(old.folder, 'dist/server.js')] as const
const presentServer = join(import.meta.dirname, '../../../dist/server.js')

const rounds = scaled(0.3)
const killsOfRound = 3
const writers = 5
const random = createRandom('going-back')

/** What was acknowledged, by path, and what may have been: a title that was under way when the server died. */
interface Written {
  acknowledged: Map<string, Task | Session>
  underWay: Set<string>
}

/** Writes until the server is gone: tasks, and a timeline that grows. */
const write = async (api: Requests, written: Written) => {
  const change = async (name: string, method: string, path: string, body: object) => {
    written.underWay.add(name)
    const answer = await api.send<Task | Session>(method, path, body)
    count('acknowledged changes')
    return answer
  }
  try {
    const { id: projectId } = await api.send<Project>('POST', '/api/projects', { name: 'p' })
    const session = await api.send<Session>('POST', '/api/sessions', { projectId, taskIds: [] })
    for (let n = 0; ; n++) {
      const title = `${projectId}-${n}`
      const task = await change(title, 'POST', '/api/tasks', {
        projectId,
        title,
        description: 'd'.repeat(n * 10),
      })
      written.acknowledged.set(`/api/tasks/${task.id}`, task)
      const grown = await change(title, 'POST', `/api/sessions/${session.id}/timeline`, {
        type: 'progress',
        message: title,
      })
      written.acknowledged.set(`/api/sessions/${session.id}`, grown)
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error
  }
}

/** What there is when a server is about to be killed: a step of the upgrade, or nothing in particular. */
const moments = ['', '.journal/999999999999-999999999999.log', '.wal', '.format', '.format'] as const

const untilThere = async (path: string) => {
  for (const start = Date.now(); !existsSync(path) && Date.now() - start < 5000; )
    await new Promise(setImmediate)
}

/** The present server is killed while it starts, upgrades the directory, or is written to. */
const runAndKill = async (directories: Directories, written: Written) => {
  const port = await freePort()
  const durability = random() < 0.5 ? 'strict' : 'process'
  const server = spawn(process.execPath, [presentServer], {
    env: configurationOf(directories, port, { DURABILITY: durability }),
    stdio: 'ignore',
  })
  const exited = once(server, 'exit')
  const url = `http://127.0.0.1:${port}`
  const alive = { yes: true }
  const work = async () => {
    while (
      alive.yes &&
      !(await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await sleep(10)
    await Promise.all(Array.from({ length: writers }, () => alive.yes && write(openRequests(url), written)))
  }
  const working = work()
  const moment = moments[Math.floor(random() * moments.length)] ?? ''
  await untilThere(join(directories.dataDir, moment))
  if (moment === '' || moment === '.format') await sleep(random() * 1500)
  alive.yes = false
  server.kill('SIGKILL')
  await exited
  await working
  count('kills of the present server')
}

/** Everything in a directory but the lock, which each server takes, and drafts, which each start drops: the journal has them. */
const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => !/^\.(lock|writing)/.test(name))
      .map((name) => {
        const path = join(directory, name)
        return [name, lstatSync(path).isFile() ? readFileSync(path, 'latin1') : 'folder']
      }),
  )

/** A server has all that was acknowledged. A timeline that an answer was under way for may be one entry longer. */
const expectAcknowledged = async (url: string, { acknowledged, underWay }: Written) => {
  const api = openRequests(url)
  for (const [path, entity] of acknowledged) {
    const found = await api.get<Task | Session>(path)
    if (!('timeline' in entity) || !('timeline' in found)) expect(found).toEqual(entity)
    else {
      expect(found.timeline.slice(0, entity.timeline.length)).toEqual(entity.timeline)
      expect(found.timeline.length - entity.timeline.length).toBeLessThan(2)
    }
  }
  for (const { title } of await api.get<Task[]>('/api/tasks')) expect(underWay).toContain(title)
}

/** Version 0.1.0 does not start, and has changed nothing; or, where the present one had not got that far, it has everything. */
const goBack = async (directories: Directories, written: Written) => {
  const before = contents(directories.dataDir)
  let refusal: unknown
  const server = await startServer({ directories, command: oldServer }).catch((error: unknown) => {
    refusal = error
    return undefined
  })
  if (!server) {
    expect(String(refusal)).toMatch(/the server did not start:[\s\S]*(EISDIR|EEXIST)/)
    expect(contents(directories.dataDir)).toEqual(before)
    count('refusals of 0.1.0')
    return
  }
  expect(existsSync(join(directories.dataDir, '.format'))).toBe(false)
  await expectAcknowledged(server.url, written)
  await server.kill9()
  count('starts of 0.1.0')
}

const round = async () => {
  const directories = makeDirectories()
  const written: Written = { acknowledged: new Map(), underWay: new Set() }
  if (random() < 0.7) {
    const server = await startServer({ directories, command: oldServer })
    const working = Promise.all(
      Array.from({ length: writers }, () => write(openRequests(server.url), written)),
    )
    await sleep(100 + random() * 500)
    await server.kill9()
    await working
  }
  for (let kill = 0; kill < killsOfRound; kill++) {
    await runAndKill(directories, written)
    await goBack(directories, written)
  }
  const server = await startServer({ directories })
  await expectAcknowledged(server.url, written)
  const health = await openRequests(server.url).get<object>('/health?verbose=1')
  expect(health).toMatchObject({ storage: { quarantined: [], problems: [] } })
  await server.stop()
  removeDirectories(directories)
  count('rounds')
}

it('again and again, and it refuses or has everything', { timeout: scaledMs(20_000) }, async () => {
  for (let n = 0; n < rounds; n++) await round()
})
