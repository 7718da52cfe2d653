import { Template } from '../../schemas/template'
import { templateNotFound } from '../../storage/rules/templates'
import { operation } from '../http/operation'
import { respondEntity } from '../http/respond'

export const getTemplate = operation({
  method: 'GET',
  path: '/api/templates/:id',
  name: 'templates.get',
  sessionAccess: 'read',
  summary: 'Get a template',
  answers: { status: 200, schema: Template },
  errors: ['NOT_FOUND'],
  example: ({ template }) => ({ params: { id: template } }),
  run: (c, { params }) =>
    c.env.workspace.read((documents) => {
      const entry = documents.get('templates', params.id)
      if (!entry) throw templateNotFound(params.id)
      return respondEntity(c, entry)
    }),
})
