import * as z from 'zod'
import { PageQuery } from '../../schemas/queries'
import { Template } from '../../schemas/template'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'

export const listTemplates = operation({
  method: 'GET',
  path: '/api/templates',
  name: 'templates.list',
  sessionAccess: 'read',
  summary: 'List templates',
  query: PageQuery,
  answers: { status: 200, schema: z.array(Template) },
  example: () => ({ query: { limit: 100 } }),
  run: (c, { query }) => respondList(c, 'templates', {}, query),
})
