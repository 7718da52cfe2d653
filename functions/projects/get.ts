import { Project } from '../../schemas/project'
import { endpoint } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getProject = endpoint(
  {
    summary: 'Get a project',
    answers: { status: 200, schema: Project },
    errors: ['PROJECT_NOT_FOUND'],
  },
  (c) => respondStored(c, 'projects', 'PROJECT_NOT_FOUND'),
)
