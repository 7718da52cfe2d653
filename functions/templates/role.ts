import { roleInPath, Template } from '../../schemas/template'
import { readerOf } from '../../storage/rules/find'
import { templateNotFound, templateOfRole } from '../../storage/rules/templates'
import { operation } from '../http/operation'
import { respondEntity } from '../http/respond'

export const getTemplateOfRole = operation({
  method: 'GET',
  path: '/api/templates/role/:role',
  name: 'templates.ofRole',
  sessionAccess: 'read',
  summary: 'Get the template that a role uses',
  description: 'The custom one that was updated last; with none, the default.',
  params: { role: roleInPath('Invalid role') },
  answers: { status: 200, schema: Template },
  errors: ['VALIDATION_ERROR', 'NOT_FOUND'],
  example: () => ({ params: { role: 'worker' } }),
  run: (c, { params }) =>
    c.env.workspace.read((documents) => {
      const template = templateOfRole(readerOf(documents), params.role)
      const entry = template && documents.get('templates', template.id)
      if (!entry) throw templateNotFound()
      return respondEntity(c, entry)
    }),
})
