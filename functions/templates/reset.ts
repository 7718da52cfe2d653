import { Template } from '../../schemas/template'
import { resetTemplate as reset } from '../../storage/rules/templates'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const resetTemplate = endpoint(
  {
    summary: 'Give a template the built-in text of its role',
    answers: { status: 200, schema: Template },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:updated'],
  },
  async (c) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'templates', id)
      reset(tx, id)
      return tx.entry('templates', id)
    })
    return answerEntity(c, entry)
  },
)
