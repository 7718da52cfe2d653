import { DeleteResponse } from '../../schemas/responses'
import { deleteTemplate as remove } from '../../storage/rules/templates'
import { removeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const deleteTemplate = operation({
  method: 'DELETE',
  path: '/api/templates/:id',
  name: 'templates.delete',
  sessionAccess: 'person',
  summary: 'Delete a template',
  description: 'A default one, too: its role then uses the built-in text until the server starts again.',
  answers: { status: 200, schema: DeleteResponse },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['template:deleted'],
  example: ({ template }) => ({ params: { id: template } }),
  run: (c, { params: { id } }) => removeEntity(c, 'templates', id, (tx) => remove(tx, id)),
})
