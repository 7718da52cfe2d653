import { DeleteResponse } from '../../schemas/responses'
import { deleteProject as remove } from '../../storage/rules/projects'
import { removeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const deleteProject = endpoint(
  {
    summary: 'Delete a project that no task and no session refers to',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['PROJECT_NOT_FOUND', 'PROJECT_HAS_DEPENDENCIES', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['project:deleted'],
  },
  (c) => removeEntity(c, 'projects', remove),
)
