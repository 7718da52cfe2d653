// Random work on the histories of two sessions, beside a plain model of what they then are.
import { expect } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import type { Session } from '../../schemas/session'
import { readEntry } from '../../storage/read-entry'
import { createProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession, updateSession } from '../../storage/rules/sessions'
import { importDocuments } from '../../storage/rules/transfer'
import type { Workspace } from '../../storage/workspace'
import { createRandom, scaled } from '../random'
import { machine } from './sample-data'

interface HistoriesOptions {
  name: string
  workspace: Workspace
  /** Closes it and opens what it has stored. */
  reopen: ((workspace: Workspace) => Promise<Workspace>) | undefined
  /** Makes changes that are made meanwhile fail, from some one on. */
  whileBroken(run: () => Promise<void>): Promise<void>
}

interface Model {
  events: unknown[]
  timeline: { id: string; message: string }[]
  name: string
}

const nothing: Model = { events: [], timeline: [], name: 'Unnamed Session' }

const readWhole = async (workspace: Workspace, id: string): Promise<Session> => {
  const entry = await workspace.read((documents) => documents.get('sessions', id))
  if (!entry) throw new Error(`${id} is gone`)
  const { key, json, etag } = entry
  const session = parseTrusted<Session>(json)
  expect(json).toBe(JSON.stringify(session))
  // Read from what is stored or put together from what was appended: it is the same, and so is its tag.
  expect(readEntry('sessions', key, JSON.stringify(session, null, 2)).etag).toBe(etag)
  return session
}

/** Does random work, and compares after each step. */
export const playHistories = async ({ name, workspace: first, reopen, whileBroken }: HistoriesOptions) => {
  const random = createRandom(name)
  const chance = (probability: number) => random() < probability
  const upTo = (most: number) => Math.floor(random() * (most + 1))
  const words = (most: number) => 'ü—"\\x'.repeat(upTo(most))
  let workspace = first
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'histories' }, '/').id)
  const models = new Map<string, Model>()
  for (const id of ['long', 'short']) {
    await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id }, machine))
    models.set(id, nothing)
  }

  /** A change of a session, and of its model. */
  const step = (id: string, model: Model): { change: Promise<unknown>; after: Model } => {
    if (chance(0.3)) {
      const data = words(200)
      const change = workspace.change((tx) => addSessionEvent(tx, id, { type: 'turn', data }))
      return { change, after: { ...model, events: [...model.events, data] } }
    }
    if (chance(0.1)) {
      const given = `name ${upTo(1000)}`
      const change = workspace.change((tx) => updateSession(tx, id, { name: given }))
      return { change, after: { ...model, name: given } }
    }
    // Some of them are there already.
    const entries = Array.from({ length: upTo(id === 'long' ? 40 : 3) }, () => ({
      id: `${id}-${upTo(model.timeline.length + 20)}`,
      message: words(10),
    }))
    const change = workspace.change((tx) =>
      updateSession(tx, id, { timeline: entries.map((entry) => ({ ...entry, type: 'progress' as const })) }),
    )
    const timeline = [...model.timeline]
    for (const entry of entries) if (!timeline.some((other) => other.id === entry.id)) timeline.push(entry)
    return { change, after: { ...model, timeline } }
  }

  const compare = async () => {
    for (const [id, model] of models) {
      const { events, timeline, name: named } = await readWhole(workspace, id)
      expect(named).toBe(model.name)
      expect(events.map(({ data }) => data)).toEqual(model.events)
      expect(timeline.map(({ id: entry, message }) => ({ id: entry, message }))).toEqual(model.timeline)
    }
  }

  for (let round = 0; round < scaled(20); round++) {
    const underWay: Promise<unknown>[] = []
    for (let at = 0; at < 4; at++)
      for (const [id, model] of models) {
        const { change, after } = step(id, model)
        models.set(id, after)
        // Some are made while others are being stored.
        underWay.push(change)
        if (chance(0.5)) await change
      }
    await Promise.all(underWay)
    if (chance(0.1))
      await whileBroken(async () => {
        const tried = new Map(models)
        const steps = ['long', 'short', 'long', 'short'].map((id) => {
          const made = step(id, tried.get(id) ?? nothing)
          tried.set(id, made.after)
          return { id, ...made }
        })
        const results = await Promise.allSettled(steps.map(({ change }) => change))
        expect(results.some(({ status }) => status === 'rejected')).toBe(true)
        for (const [at, { id, after }] of steps.entries())
          if (results[at]?.status === 'fulfilled') models.set(id, after)
      })
    if (chance(0.1)) {
      const session = await readWhole(workspace, 'long')
      const keeps = upTo(session.timeline.length)
      const document = { ...session, timeline: session.timeline.slice(0, keeps), events: [] }
      await workspace.change((tx) =>
        importDocuments(tx, [{ key: 'sessions:long', document }], { overwrite: true, dryRun: false }),
      )
      const model = models.get('long')
      if (model) models.set('long', { ...model, timeline: model.timeline.slice(0, keeps), events: [] })
    }
    await compare()
    if (reopen && chance(0.1)) {
      workspace = await reopen(workspace)
      await compare()
    }
  }
  await workspace.close()
}
