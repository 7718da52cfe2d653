import { Template, UpdateTemplateRequest } from '../../schemas/template'
import { updateTemplate as update } from '../../storage/rules/templates'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const updateTemplate = operation({
  method: 'PUT',
  path: '/api/templates/:id',
  name: 'templates.update',
  sessionAccess: 'person',
  summary: 'Update a template',
  description: 'Its role never changes.',
  body: UpdateTemplateRequest,
  answers: { status: 200, schema: Template },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['template:updated'],
  example: ({ template }) => ({ params: { id: template }, body: { name: 'Careful worker' } }),
  run: (c, { params: { id }, body }) => changeEntity(c, 'templates', id, (tx) => update(tx, id, body)),
})
