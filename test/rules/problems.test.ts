/** Hundreds of thousands of wrong values in one body must not hold up everybody: they are counted, not described. */

import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { EndSessionRequest } from '../../schemas/ending'
import { describeProblem, issuesOf, parseDescribed, problemsOf } from '../../schemas/problems'
import { CreateSessionRequest, UpdateSessionRequest } from '../../schemas/session'
import { SpawnSessionRequest } from '../../schemas/spawn'
import { CreateTaskRequest } from '../../schemas/task'

const of = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

const project = { projectId: 'proj_1' }
const wrong: readonly [string, z.ZodType, object, number][] = [
  ['ids that are numbers', CreateSessionRequest, { ...project, taskIds: of(4000, 7) }, 4000],
  ['ids that are empty', UpdateSessionRequest, { taskIds: of(4000, '') }, 4000],
  [
    'two lists',
    CreateTaskRequest,
    { ...project, title: 't', skillIds: of(900, 1), agentIds: of(800, null) },
    1700,
  ],
  ['criteria', CreateTaskRequest, { ...project, title: 't', acceptanceCriteria: of(700, {}) }, 700],
  [
    'every other skill',
    SpawnSessionRequest,
    { ...project, taskIds: ['t'], skills: of(600, 's').flatMap((s) => [s, 1]) },
    600,
  ],
  ['entries without a type', UpdateSessionRequest, { timeline: of(300, {}) }, 300],
  ['outcomes without anything', EndSessionRequest, { cause: 'reported', outcomes: of(200, {}) }, 400],
  [
    'an environment of numbers',
    UpdateSessionRequest,
    { env: Object.fromEntries(of(500, 0).map((n, at) => [`K${at}`, n])) },
    500,
  ],
]

describe.each(wrong)('a body with %s', (_what, schema, body, total) => {
  it('has every problem counted, and fifty named', () => {
    const parsed = parseDescribed(schema, body)
    const issues = parsed.error ? issuesOf(problemsOf(parsed.error)) : undefined
    expect([issues?.total, issues?.issues.length]).toEqual([total, 50])
  })

  it('has no words made for the others', () => {
    let described = 0
    schema.safeParse(body, {
      error: (issue) => {
        described++
        return describeProblem(issue)
      },
    })
    expect(described).toBeLessThanOrEqual(110)
  })
})

describe('a list of objects', () => {
  it.each(['events', 'timeline'])('is refused unread where it has no end: %s', (field) => {
    const parsed = UpdateSessionRequest.safeParse({ [field]: of(10_001, {}) }, { error: describeProblem })
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      `${field} must have at most 10000 in it`,
    ])
  })
})

describe('what is right in a body', () => {
  it('is read as it was sent, but for a key that would set a prototype', () => {
    const metadata: unknown = JSON.parse('{"a":{"b":1},"__proto__":{"c":1},"":null}')
    const env = { A: '', 'B C': 'x' }
    const taskIds = ['b', 'a', 'b']
    expect(UpdateSessionRequest.parse({ metadata, env, taskIds })).toEqual({
      metadata: { a: { b: 1 }, '': null },
      env,
      taskIds: ['b', 'a'],
    })
  })

  it('does not hide the first that is wrong after it', () => {
    const parsed = parseDescribed(UpdateSessionRequest, { taskIds: [...of(3000, 'a'), 1, 'b', ''] })
    expect(parsed.error && problemsOf(parsed.error)).toEqual([
      { path: 'taskIds.3000', message: 'taskIds.3000 must be a string' },
      { path: 'taskIds.3002', message: 'taskIds.3002 is required' },
    ])
  })
})
