import { CreateProjectRequest, Project } from '../../schemas/project'
import { createProject as create } from '../../storage/rules/projects'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const createProject = operation({
  method: 'POST',
  path: '/api/projects',
  name: 'projects.create',
  sessionAccess: 'person',
  summary: 'Create a project',
  body: CreateProjectRequest,
  answers: { status: 201, schema: Project },
  errors: ['STORAGE_UNAVAILABLE'],
  emits: ['project:created'],
  example: () => ({ body: { name: 'app', workingDir: '/home/ada/app' } }),
  run: (c, { body }) =>
    respondChange(c, (tx) => ({
      entry: tx.entry('projects', create(tx, body, c.env.defaultWorkingDir).id),
      status: 201,
    })),
})
