import { CreateProjectRequest, Project } from '../../schemas/project'
import { createProject as create } from '../../storage/rules/projects'
import { endpointWithBody } from '../http/operation'
import { respondEntity } from '../http/respond'

export const createProject = endpointWithBody(
  {
    summary: 'Create a project',
    body: CreateProjectRequest,
    answers: { status: 201, schema: Project },
    errors: ['STORAGE_UNAVAILABLE'],
    emits: ['project:created'],
  },
  async (c, body) => {
    const entry = await c.env.workspace.change((tx) =>
      tx.entry('projects', create(tx, body, c.env.defaultWorkingDir).id),
    )
    return respondEntity(c, entry, 201)
  },
)
