import { Template, UpdateTemplateRequest } from '../../schemas/template'
import { updateTemplate as update } from '../../storage/rules/templates'
import { answerEntity } from '../answers'
import { endpointWithBody } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const updateTemplate = endpointWithBody(
  {
    summary: 'Update a template',
    description: 'Its role never changes.',
    body: UpdateTemplateRequest,
    answers: { status: 200, schema: Template },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:updated'],
  },
  async (c, body) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'templates', id)
      update(tx, id, body)
      return tx.entry('templates', id)
    })
    return answerEntity(c, entry)
  },
)
