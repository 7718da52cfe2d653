import * as z from 'zod'
import { Project } from '../../schemas/project'
import { endpoint } from '../endpoint'
import { answerList, pageQuery } from '../lists'

export const listProjects = endpoint(
  { summary: 'List projects', query: pageQuery, answers: { status: 200, schema: z.array(Project) } },
  (c) => answerList(c, 'projects', {}),
)
