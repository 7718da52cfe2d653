import { Template } from '../../schemas/template'
import { templateNotFound } from '../../storage/rules/templates'
import { endpoint } from '../http/operation'
import { respondEntity } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const getTemplate = endpoint(
  { summary: 'Get a template', answers: { status: 200, schema: Template }, errors: ['NOT_FOUND'] },
  (c) =>
    c.env.workspace.read((documents) => {
      const entry = documents.get('templates', idOf(c))
      if (!entry) throw templateNotFound()
      return respondEntity(c, entry)
    }),
)
