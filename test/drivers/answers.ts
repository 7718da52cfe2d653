// What a server of an earlier version had answered, beside what the present one has of it.
import { expect } from 'vitest'
import { byEntityKind, type EntityKind } from '../../schemas/entities'
import type { Workspace } from '../../storage/workspace'

/** Answers by path: the lists of all kinds, and each queue. */
export type Answers = Record<string, unknown>

/**
 * Everything that was answered is there, with what later versions say besides; nothing was set aside, and no event is
 * missing.
 */
export const expectAnswers = async (workspace: Workspace, answers: Answers): Promise<void> => {
  const found = await workspace.read((documents) =>
    byEntityKind<Record<EntityKind, unknown>>((kind) => documents.list(kind).map((entry) => entry.read())),
  )
  for (const kind of ['projects', 'tasks', 'sessions', 'templates'] as const)
    expect(found[kind]).toMatchObject(Object(answers[`/api/${kind}`]))
  const queues = Object.entries(answers).filter(([path]) => path.endsWith('/queue'))
  expect(found.queues).toEqual(queues.map(([, answer]) => expect.objectContaining(Object(answer).queue)))
  const { quarantined, problems = [] } = workspace.status()
  expect({ quarantined, problems }).toEqual({ quarantined: [], problems: [] })
  const events = await workspace.eventsSince(0)
  expect(events?.map(({ number }) => number)).toEqual(
    Array.from({ length: workspace.lastEvent() }, (_, index) => index + 1),
  )
  expect(events?.length).toBeGreaterThan(70)
}
