import { DeleteResponse } from '../../schemas/responses'
import { deleteTemplate as remove } from '../../storage/rules/templates'
import { answerDeleted } from '../answers'
import { endpoint } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const deleteTemplate = endpoint(
  {
    summary: 'Delete a template',
    description: 'A default one, too: its role then uses the built-in text until the server starts again.',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:deleted'],
  },
  async (c) => {
    const id = idOf(c)
    await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'templates', id)
      remove(tx, id)
    })
    return answerDeleted(c, id)
  },
)
