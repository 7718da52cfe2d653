import { Project } from '../../schemas/project'
import { endpoint } from '../endpoint'
import { answerStored } from '../stored-entity'

export const getProject = endpoint(
  {
    summary: 'Get a project',
    answers: { status: 200, schema: Project },
    errors: ['PROJECT_NOT_FOUND'],
  },
  (c) => answerStored(c, 'projects', 'PROJECT_NOT_FOUND'),
)
