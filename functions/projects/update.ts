import { Project, UpdateProjectRequest } from '../../schemas/project'
import { updateProject as update } from '../../storage/rules/projects'
import { answerEntity } from '../answers'
import { endpointWithBody } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const updateProject = endpointWithBody(
  {
    summary: 'Update a project',
    body: UpdateProjectRequest,
    answers: { status: 200, schema: Project },
    errors: ['PROJECT_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['project:updated'],
  },
  async (c, body) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'projects', id)
      update(tx, id, body)
      return tx.entry('projects', id)
    })
    return answerEntity(c, entry)
  },
)
