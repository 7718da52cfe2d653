import { Template } from '../../schemas/template'
import { templateNotFound } from '../../storage/rules/templates'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'

export const getTemplate = endpoint(
  { summary: 'Get a template', answers: { status: 200, schema: Template }, errors: ['NOT_FOUND'] },
  (c) =>
    c.env.workspace.read((documents) => {
      const entry = documents.get('templates', idOf(c))
      if (!entry) throw templateNotFound()
      return answerEntity(c, entry)
    }),
)
