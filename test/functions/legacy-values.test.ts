// A client of version 1.0 checks its requests against the reference, and its words are refused there.

import { Ajv2020 } from 'ajv/dist/2020'
import formats from 'ajv-formats'
import { expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import { createDocument } from '../../functions/openapi/document'
import { legacySessionStatuses } from '../../schemas/session'
import { legacyTaskStatuses } from '../../schemas/task'

const { schemas } = createDocument(allOperations, '0.0.0').components
const ajv = formats.default(new Ajv2020({ strict: false }))
ajv.addSchema({ components: { schemas } }, 'openapi')

const accepts = (schema: string, body: object): boolean => {
  const check = ajv.getSchema(`openapi#/components/schemas/${schema}`)
  if (!check) throw new Error(`the reference has no ${schema}`)
  return check(body) === true
}

it.each([
  ['CreateSessionRequest', { projectId: 'proj_1', taskIds: [] }, Object.keys(legacySessionStatuses)],
  ['UpdateSessionRequest', {}, Object.keys(legacySessionStatuses)],
  ['UpdateTaskRequest', {}, Object.keys(legacyTaskStatuses)],
])('%s takes the statuses of version 1.0', (schema, body, statuses) => {
  expect(statuses.filter((status) => !accepts(schema, { ...body, status }))).toEqual([])
  expect(accepts(schema, { ...body, status: 'no such status' })).toBe(false)
})
