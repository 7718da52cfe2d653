// The power fails under a long session, whose file, journal and seal then may be of different moments.
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { createProject } from '../../storage/rules/projects'
import { createSession, updateSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { afterCrash, type Durability, filesIn, newestSegment, temporaryDirectory } from './directory'
import { type LogRecord, open } from './open'
import { machine } from './sample-data'

const random = createRandom('long power')
const below = (limit: number) => Math.floor(random() * limit)

/** What was on the disk at one moment, each without the others. */
interface Moment {
  file: Buffer
  seal: Buffer
  entries: number
  /** So long was the journal's newest segment when its checkpoint was in it. */
  journalBytes: number
}

const fileIn = (directory: string) => join(directory, 'sessions', 'long.json')
const sealIn = (directory: string) => join(directory, '.seals', 'sessions.long.json')

const openAgain = async (directory: string, durability: Durability) => {
  const logged: LogRecord[] = []
  const opened = await open(filesIn(directory, durability, logged), logged)
  return opened
}

const append = (workspace: Workspace, from: number, entries: number) =>
  workspace.change((tx) =>
    updateSession(tx, 'long', {
      timeline: Array.from({ length: entries }, (_, n) => ({
        type: 'progress' as const,
        message: `${from + n}`,
        metadata: { text: 'x'.repeat(200) },
      })),
    }),
  )

const numbersIn = (workspace: Workspace): Promise<number[]> =>
  Promise.resolve(
    workspace.read((documents) =>
      (documents.get('sessions', 'long')?.items('timeline').texts() ?? []).map((text) =>
        Number(parseTrusted<{ message: string }>(text).message),
      ),
    ),
  )

const upTo = (length: number) => Array.from({ length }, (_, n) => n)

/** A directory with a long session that has grown, and what was on the disk after each time that its file was written. */
const grown = async (durability: Durability) => {
  const directory = temporaryDirectory()
  const { workspace } = await openAgain(directory, durability)
  onTestFinished(() => workspace.close().catch(() => undefined))
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'long' }, machine))
  await append(workspace, 0, 1500)
  let entries = 1500
  const moments: Moment[] = []
  for (let step = 0; step < 6; step++) {
    await workspace.flush()
    const [file, seal] = [readFileSync(fileIn(directory)), readFileSync(sealIn(directory))]
    const journalBytes = readFileSync(newestSegment(directory)).length
    moments.push({ file, seal, entries, journalBytes })
    for (let times = 1 + below(3); times > 0; times--) {
      const more = 1 + below(5)
      await append(workspace, entries, more)
      entries += more
    }
  }
  return { directory, moments, entries }
}

it.each<Durability>(['process', 'strict'])(
  'a long session is there as it once was, and whole where its journal is (%s)',
  async (durability) => {
    const { directory, moments, entries } = await grown(durability)
    const whole = readFileSync(newestSegment(directory)).length
    for (let round = scaled(2); round > 0; round--) {
      const crashed = afterCrash(directory)
      // Of the file there is the version of the last checkpoint that is left, or a later one.
      const at = below(moments.length)
      const from = moments[at]?.journalBytes ?? whole
      const cut = durability === 'strict' ? whole : from + below(whole - from + 1)
      truncateSync(newestSegment(crashed), cut)
      const last = moments.filter(({ journalBytes }) => journalBytes <= cut).length - 1
      const found = moments[last + below(moments.length - last)]
      const seal = [...moments.map((moment) => moment.seal), Buffer.alloc(100), Buffer.alloc(0)][
        below(moments.length + 2)
      ]
      if (!found || !seal) throw new Error('there is no such moment')
      writeFileSync(fileIn(crashed), found.file)
      writeFileSync(sealIn(crashed), seal)

      const first = await openAgain(crashed, durability)
      const numbers = await numbersIn(first.workspace)
      const seen = { durability, cut, last, at: found.entries, numbers: numbers.length }
      expect(numbers, JSON.stringify(seen)).toEqual(upTo(numbers.length))
      expect(numbers.length, JSON.stringify(seen)).toBeGreaterThanOrEqual(moments[last]?.entries ?? 0)
      if (durability === 'strict') expect(numbers.length).toBe(entries)
      await append(first.workspace, numbers.length, 3)
      const again = await openAgain(afterCrash(crashed), durability)
      expect(await numbersIn(again.workspace), JSON.stringify(seen)).toEqual(upTo(numbers.length + 3))
      expect([...first.logged, ...again.logged], JSON.stringify(seen)).toEqual([])
      await first.workspace.close()
      await again.workspace.close()
      rmSync(crashed, { recursive: true, force: true })
      count('power failures')
    }
  },
  scaledMs(30_000),
)
