import { BuiltInTemplate } from '../../schemas/template'
import { builtInText } from '../../storage/rules/templates'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { roleOf } from '../http/role-param'

export const getBuiltInTemplate = endpoint(
  {
    summary: 'Get the built-in text of a role',
    answers: { status: 200, schema: BuiltInTemplate },
    errors: ['VALIDATION_ERROR'],
  },
  (c) => {
    const role = roleOf(c, 'Invalid role')
    return respond(c, { role, content: builtInText[role] })
  },
)
