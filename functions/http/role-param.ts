import { validationError } from '../../schemas/problems'
import { Role } from '../../schemas/template'
import type { RequestContext } from '../services/app-services'

/** The `:role` of the path. Any other word is refused with the message that the endpoint's contract has. */
export const roleOf = (c: RequestContext, refusal: string): Role => {
  const role = Role.safeParse(c.req.param('role'))
  if (!role.success) throw validationError([{ path: 'role', message: refusal }])
  return role.data
}
