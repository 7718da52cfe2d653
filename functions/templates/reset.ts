import { Template } from '../../schemas/template'
import { resetTemplate as reset } from '../../storage/rules/templates'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const resetTemplate = operation({
  method: 'POST',
  path: '/api/templates/:id/reset',
  name: 'templates.reset',
  sessionAccess: 'person',
  summary: 'Reset a template to the built-in text of its role',
  answers: { status: 200, schema: Template },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['template:updated'],
  example: ({ template }) => ({ params: { id: template } }),
  run: (c, { params: { id } }) => changeEntity(c, 'templates', id, (tx) => reset(tx, id)),
})
