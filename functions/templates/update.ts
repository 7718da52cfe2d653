import { Template, UpdateTemplateRequest } from '../../schemas/template'
import { updateTemplate as update } from '../../storage/rules/templates'
import { changeEntity } from '../http/change-entity'
import { endpointWithBody } from '../http/operation'

export const updateTemplate = endpointWithBody(
  {
    summary: 'Update a template',
    description: 'Its role never changes.',
    body: UpdateTemplateRequest,
    answers: { status: 200, schema: Template },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['template:updated'],
  },
  (c, body) => changeEntity(c, 'templates', (tx, id) => update(tx, id, body)),
)
