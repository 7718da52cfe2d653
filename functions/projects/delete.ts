import { DeleteResponse } from '../../schemas/responses'
import { deleteProject as remove } from '../../storage/rules/projects'
import { removeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const deleteProject = operation({
  method: 'DELETE',
  path: '/api/projects/:id',
  name: 'projects.delete',
  sessionAccess: 'person',
  summary: 'Delete a project that no task and no session refers to',
  answers: { status: 200, schema: DeleteResponse },
  errors: ['PROJECT_NOT_FOUND', 'PROJECT_HAS_DEPENDENCIES', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['project:deleted'],
  example: ({ emptyProject }) => ({ params: { id: emptyProject } }),
  run: (c, { params: { id } }) => removeEntity(c, 'projects', id, (tx) => remove(tx, id)),
})
