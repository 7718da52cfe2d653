import { BuiltInTemplate } from '../../schemas/template'
import { builtInText } from '../../storage/rules/templates'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { roleOf } from '../role-param'

export const getBuiltInTemplate = endpoint(
  {
    summary: 'Get the built-in text of a role',
    answers: { status: 200, schema: BuiltInTemplate },
    errors: ['VALIDATION_ERROR'],
  },
  (c) => {
    const role = roleOf(c, 'Invalid role')
    return answer(c, { role, content: builtInText[role] })
  },
)
