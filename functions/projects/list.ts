import * as z from 'zod'
import { Project } from '../../schemas/project'
import { PageQuery } from '../../schemas/queries'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'

export const listProjects = operation({
  method: 'GET',
  path: '/api/projects',
  name: 'projects.list',
  sessionAccess: 'read',
  summary: 'List projects',
  query: PageQuery,
  answers: { status: 200, schema: z.array(Project) },
  example: () => ({ query: { limit: 100 } }),
  run: (c, { query }) => respondList(c, 'projects', {}, query),
})
