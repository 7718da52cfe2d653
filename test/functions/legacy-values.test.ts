// A client of version 1.0 checks its requests against the reference, and its words are refused there.

import { expect, it } from 'vitest'
import { legacySessionStatuses } from '../../schemas/session'
import { legacyTaskStatuses } from '../../schemas/task'
import { checkAt } from './reference-check'

const accepts = (schema: string, body: object): boolean =>
  checkAt('components', 'schemas', schema)(body) === true

it.each([
  ['CreateSessionRequest', { projectId: 'proj_1', taskIds: [] }, Object.keys(legacySessionStatuses)],
  ['UpdateSessionRequest', {}, Object.keys(legacySessionStatuses)],
  ['UpdateTaskRequest', {}, Object.keys(legacyTaskStatuses)],
])('%s takes the statuses of version 1.0', (schema, body, statuses) => {
  expect(statuses.filter((status) => !accepts(schema, { ...body, status }))).toEqual([])
  expect(accepts(schema, { ...body, status: 'no such status' })).toBe(false)
})
