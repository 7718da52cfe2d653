import { BuiltInTemplate, roleInPath } from '../../schemas/template'
import { builtInText } from '../../storage/rules/templates'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const getBuiltInTemplate = operation({
  method: 'GET',
  path: '/api/templates/default/:role',
  name: 'templates.builtIn',
  sessionAccess: 'read',
  summary: 'Get the built-in text of a role',
  params: { role: roleInPath('Invalid role') },
  answers: { status: 200, schema: BuiltInTemplate },
  errors: ['VALIDATION_ERROR'],
  example: () => ({ params: { role: 'orchestrator' } }),
  run: (c, { params: { role } }) => respond(c, { role, content: builtInText[role] }),
})
