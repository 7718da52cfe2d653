import { Template } from '../../schemas/template'
import { readerOf } from '../../storage/rules/find'
import { templateNotFound, templateOfRole } from '../../storage/rules/templates'
import { endpoint } from '../http/operation'
import { respondEntity } from '../http/respond'
import { roleOf } from '../http/role-param'

export const getTemplateOfRole = endpoint(
  {
    summary: 'Get the template that a role uses',
    description: 'The custom one that was updated last; with none, the default.',
    answers: { status: 200, schema: Template },
    errors: ['VALIDATION_ERROR', 'NOT_FOUND'],
  },
  (c) => {
    const role = roleOf(c, 'Invalid role')
    return c.env.workspace.read((documents) => {
      const template = templateOfRole(readerOf(documents), role)
      const entry = template && documents.get('templates', template.id)
      if (!entry) throw templateNotFound()
      return respondEntity(c, entry)
    })
  },
)
