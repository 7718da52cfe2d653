/**
 * A server is stopped, restarted, and has its clock moved: it takes living sessions for dead, and gives away what they have claimed,
 * or dead ones for living, and what they had claimed is lost.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { createClient, type Session } from '../../functions/client/client'
import { makeDirectories, startServer } from '../contract/server'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'

/** A campaign, at a scale of 100, is of 100 rounds, so many at once. */
const rounds = scaled(1)
const inParallel = 8
const isCampaign = rounds > 1
/** Long enough to be seen; in a campaign as long as the issue says. */
const stoppedMs = isCampaign ? 60_000 : 2600
const hourMs = 3_600_000
const sessionCount = 20
const [ttlMs, beatMs] = [5000, 1500]
/** The contract's 5 s; and what it takes this test to look, on a machine that runs others. */
const maxLostAfterMs = ttlMs + 5000 + 1500
const random = createRandom('beats')

const environmentOf = (clockFile: string) => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'moved-clock.mjs'))}`,
  MOVED_CLOCK_FILE: clockFile,
})

/** A server whose clock can be moved, and what can happen to it. */
const startWorld = async () => {
  const directories = makeDirectories()
  const clockFile = join(directories.root, 'clock')
  let offMs = 0
  writeFileSync(clockFile, String(offMs))
  let server = await startServer({ directories, env: environmentOf(clockFile) })
  return {
    url: server.url,
    stop: () => server.stop(),
    /** When it last went on after it had stood still, in Unix milliseconds; 0: never. */
    lastGapMs: () =>
      existsSync(`${clockFile}.gaps`)
        ? Number(readFileSync(`${clockFile}.gaps`, 'utf8').trim().split('\n').at(-1))
        : 0,
    happenings: {
      async 'is stopped for a while'() {
        server.signal('SIGSTOP')
        await sleep(stoppedMs)
        server.signal('SIGCONT')
      },
      async 'is restarted'() {
        if (random() < 0.5) await server.kill9()
        server = await server.restart()
      },
      async 'has its wall clock moved'() {
        offMs += random() < 0.5 ? hourMs : -hourMs
        writeFileSync(clockFile, String(offMs))
        server.signal('SIGUSR2')
      },
    },
  }
}

/** What hangs is no reason to be silent; but more would fill the queue of connections of a server that is stopped. */
const maxUnanswered = 2

/** Beats until it is told to die. */
const startBeating = (url: string, id: string) => {
  let unanswered = 0
  const beat = () => {
    if (unanswered >= maxUnanswered) return
    unanswered++
    void fetch(`${url}/api/sessions/${id}/heartbeat`, {
      method: 'POST',
      body: JSON.stringify({ ttlSeconds: ttlMs / 1000 }),
      signal: AbortSignal.timeout(10_000),
    })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined)
      .finally(() => {
        unanswered--
      })
  }
  beat()
  const timer = setInterval(beat, beatMs)
  return () => clearInterval(timer)
}

const playRound = async () => {
  const { url, stop, lastGapMs, happenings } = await startWorld()
  const client = createClient({ url })
  const ends: (() => void)[] = []
  try {
    const project = await client.projects.create({ name: 'p' })
    const ids: string[] = []
    const claimed = new Map<string, string>()
    for (let n = 0; n < sessionCount; n++) {
      const { id } = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
      ids.push(id)
      const task = await client.tasks.create({ projectId: project.id, title: `task ${n}` })
      await client.tasks.claim(task.id, { sessionId: id })
      claimed.set(id, task.id)
      ends.push(startBeating(url, id))
    }
    // Somebody who takes his time to answer.
    const patient = ids.at(-1) ?? ''
    await client.requests.create(patient, { kind: 'question', title: 'Which?' })
    const dead = ids.slice(0, sessionCount / 2)
    await sleep(beatMs)
    const order = shuffled(Object.values(happenings))
    const die = order.length * random()
    for (const [n, happen] of order.entries()) {
      // Those that die do so before, between or after what happens to the server.
      if (n === Math.floor(die)) for (const end of ends.splice(0, dead.length)) end()
      await sleep(random() * 4000)
      await happen()
    }
    const since = Date.now()
    let lostAfterMs = 0
    let found: Session[] = []
    do {
      await sleep(200)
      // A connection that was open before may be closed by now.
      found = await client.sessions.list().catch(() => found)
      // A server that others keep from running stands still, too.
      lostAfterMs = Date.now() - Math.max(since, lastGapMs())
    } while (!dead.every((id) => endedAsLost(found, id)) && Date.now() - since < 8 * maxLostAfterMs)
    for (const id of dead) expect(endedAsLost(found, id), `${id} is dead, and looks busy`).toBe(true)
    // That nobody was late is said of a campaign: a test that asserts times fails where others work.
    if (isCampaign) expect(lostAfterMs).toBeLessThan(maxLostAfterMs)
    for (const session of found.filter(({ id }) => !dead.includes(id))) {
      expect(session, 'it beats, and was taken').toMatchObject({ status: 'working' })
      const types = session.timeline.map(({ type }) => type)
      expect(types).toEqual(['task_started', ...(session.id === patient ? ['needs_input'] : [])])
    }
    const tasks = await client.tasks.list({ projectId: project.id })
    for (const id of ids) {
      const { status, claim, attempts } = tasks.find((task) => task.id === claimed.get(id)) ?? {}
      if (dead.includes(id)) expect({ status, claim, attempts }).toEqual({ status: 'todo', attempts: 1 })
      else
        expect({ status, claim }).toMatchObject({ status: 'in_progress', claim: { sessionId: id, epoch: 1 } })
    }
    count('rounds')
    count('dead sessions lost in time, and their claims freed', dead.length)
    count('living ones left alone, with their claims', sessionCount - dead.length)
  } finally {
    for (const end of ends) end()
    await stop()
  }
}

const endedAsLost = (sessions: readonly Session[], id: string) =>
  sessions.some((session) => session.id === id && session.endReason?.startsWith('lost: '))

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

it(
  'takes every dead one within its ttl and 5 s, and no living one, whatever happens to the server',
  async () => {
    let left = rounds
    const play = async () => {
      while (left-- > 0) await playRound()
    }
    await Promise.all(Array.from({ length: Math.min(rounds, inParallel) }, play))
  },
  scaledMs(90_000),
)
