import { Project, UpdateProjectRequest } from '../../schemas/project'
import { updateProject as update } from '../../storage/rules/projects'
import { changeEntity } from '../http/change-entity'
import { endpointWithBody } from '../http/operation'

export const updateProject = endpointWithBody(
  {
    summary: 'Update a project',
    body: UpdateProjectRequest,
    answers: { status: 200, schema: Project },
    errors: ['PROJECT_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['project:updated'],
  },
  (c, body) => changeEntity(c, 'projects', (tx, id) => update(tx, id, body)),
)
