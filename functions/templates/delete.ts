import { DeleteResponse } from '../../schemas/responses'
import { deleteTemplate as remove } from '../../storage/rules/templates'
import { removeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const deleteTemplate = endpoint(
  {
    summary: 'Delete a template',
    description: 'A default one, too: its role then uses the built-in text until the server starts again.',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:deleted'],
  },
  (c) => removeEntity(c, 'templates', remove),
)
