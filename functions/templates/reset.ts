import { Template } from '../../schemas/template'
import { resetTemplate as reset } from '../../storage/rules/templates'
import { changeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const resetTemplate = endpoint(
  {
    summary: 'Give a template the built-in text of its role',
    answers: { status: 200, schema: Template },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:updated'],
  },
  (c) => changeEntity(c, 'templates', reset),
)
