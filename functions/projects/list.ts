import * as z from 'zod'
import { Project } from '../../schemas/project'
import { pageQuery, respondList } from '../http/lists'
import { endpoint } from '../http/operation'

export const listProjects = endpoint(
  { summary: 'List projects', query: pageQuery, answers: { status: 200, schema: z.array(Project) } },
  (c) => respondList(c, 'projects', {}),
)
