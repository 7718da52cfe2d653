import { Project, UpdateProjectRequest } from '../../schemas/project'
import { updateProject as update } from '../../storage/rules/projects'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const updateProject = operation({
  method: 'PUT',
  path: '/api/projects/:id',
  name: 'projects.update',
  sessionAccess: 'person',
  summary: 'Update a project',
  body: UpdateProjectRequest,
  answers: { status: 200, schema: Project },
  errors: ['PROJECT_NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['project:updated'],
  example: ({ project }) => ({ params: { id: project }, body: { name: 'shop' } }),
  run: (c, { params: { id }, body }) => changeEntity(c, 'projects', id, (tx) => update(tx, id, body)),
})
