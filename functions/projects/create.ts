import { CreateProjectRequest, Project } from '../../schemas/project'
import { createProject as create } from '../../storage/rules/projects'
import { operation } from '../http/operation'
import { respondEntity } from '../http/respond'

export const createProject = operation({
  method: 'POST',
  path: '/api/projects',
  name: 'projects.create',
  summary: 'Create a project',
  body: CreateProjectRequest,
  answers: { status: 201, schema: Project },
  errors: ['STORAGE_UNAVAILABLE'],
  emits: ['project:created'],
  example: () => ({ body: { name: 'app', workingDir: '/home/ada/app' } }),
  run: async (c, { body }) => {
    const entry = await c.env.workspace.change((tx) =>
      tx.entry('projects', create(tx, body, c.env.defaultWorkingDir).id),
    )
    return respondEntity(c, entry, 201)
  },
})
