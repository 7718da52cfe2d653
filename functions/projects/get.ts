import { Project } from '../../schemas/project'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { storedEntity } from '../stored-entity'

export const getProject = endpoint(
  {
    summary: 'Get a project',
    answers: { status: 200, schema: Project },
    errors: ['PROJECT_NOT_FOUND'],
  },
  async (c) => answerEntity(c, await storedEntity(c, 'projects', 'PROJECT_NOT_FOUND')),
)
