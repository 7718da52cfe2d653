/** Any work in any order leaves a whole: nothing dangling, one-sided, half done, or published that did not happen. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ApiError } from '../../schemas/errors'
import { memoryDriver } from '../../storage/drivers/memory'
import type { PublishedEvent } from '../../storage/event'
import { entityKindOfKey } from '../../storage/kinds'
import { stepsOf } from '../../storage/others-turn'
import { createProject, deleteProject } from '../../storage/rules/projects'
import { deleteSession } from '../../storage/rules/sessions'
import { deleteTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import type { Workspace } from '../../storage/workspace'
import { everything, open } from '../drivers/open'
import { stored } from '../drivers/sample-data'
import { scaled, scaledMs } from '../random'
import { anyStep } from './any-step'
import { expectListsRight, expectReadyRight, expectWhole, worldOf } from './invariants'
import { performStep } from './perform-step'

/** Events are true: they carry an entity as it is now, or that it is gone; and every change has one. */
const expectTrue = (
  events: PublishedEvent[],
  before: Record<string, unknown>,
  now: Record<string, unknown>,
) => {
  for (const { name, about, data } of events) {
    const content: unknown = JSON.parse(data)
    const key = Object.keys({ ...now, ...before }).find(
      (key) => about && key.endsWith(`:${about.id}`) && key.startsWith(about.kind),
    )
    if (key)
      expect(name.startsWith('queue') ? { sessionId: about?.id, queue: now[key] } : now[key]).toEqual(content)
  }
  const changed = Object.keys({ ...before, ...now }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  )
  const all = events.map(({ data }) => data).join()
  for (const key of changed) {
    const [kind, folder, id = folder] = key.split(':')
    // Requests and messages go with their session, and are not told of one by one.
    const goesAlong = (kind === 'requests' || kind === 'messages') && !(key in now)
    expect(all).toContain(goesAlong ? folder : id)
  }
  expect(new Set(events.map(({ name, data }) => name + data)).size).toBe(events.length)
}

/** Deletes what there is, one after the other; what is left is whole each time. */
const deleteAll = async (workspace: Workspace) => {
  const { sessions, tasks, projects } = await workspace.read(worldOf)
  const deletions = [
    ...[...sessions.keys()].map((id) => (tx: Transaction) => deleteSession(tx, id)),
    ...[...tasks.keys()].map((id) => (tx: Transaction) => deleteTask(tx, id)),
    ...projects.map((id) => (tx: Transaction) => deleteProject(tx, id)),
  ]
  for (const deletion of deletions) {
    await workspace.change(deletion)
    expectWhole(await workspace.read(worldOf))
  }
}

it('holds together', { timeout: scaledMs(120_000) }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 20, maxLength: 40 }), async (steps) => {
      const { workspace, driver, published } = await open(memoryDriver())
      const begun = new Map<string, number>()
      for (const name of ['p', 'q']) await workspace.change((tx) => createProject(tx, { name }, '/'))
      for (const step of steps) {
        const [before, known] = [await everything(workspace), published.length]
        const refusal: unknown = await workspace
          .change(function* (tx) {
            yield* stepsOf<unknown>(performStep(tx, step))
          })
          .catch((error) => error)
        const now = await everything(workspace)
        if (refusal) {
          expect(refusal).toBeInstanceOf(ApiError)
          expect(refusal).toMatchObject({ status: expect.toSatisfy((status) => status < 500) })
          expect([now, published.length]).toEqual([before, known])
        }
        expectTrue(published.slice(known), before, now)
        const kept = Object.entries(await stored({ driver })).filter(([key]) => entityKindOfKey(key))
        expect(Object.fromEntries(kept)).toEqual(now)
        await workspace.read(expectListsRight)
        await workspace.read(expectReadyRight)
        const world = await workspace.read(worldOf)
        expectWhole(world)
        for (const { id, startedAt, completedAt } of world.tasks.values())
          for (const [what, time] of Object.entries({ startedAt, completedAt })) {
            if (begun.has(`${id} ${what}`)) expect(time).toBe(begun.get(`${id} ${what}`))
            else if (time !== null) begun.set(`${id} ${what}`, time)
          }
      }
      await deleteAll(workspace)
      expect(await everything(workspace)).toEqual({})
      expect(published.map(({ number }) => number)).toEqual(published.map((_, index) => index + 1))
    }),
    { numRuns: scaled(30) },
  )
})
