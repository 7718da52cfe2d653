import { DeleteResponse } from '../../schemas/responses'
import { deleteProject as remove } from '../../storage/rules/projects'
import { answerDeleted } from '../answers'
import { endpoint } from '../endpoint'
import { checkIfMatch } from '../preconditions'
import { idOf } from '../stored-entity'

export const deleteProject = endpoint(
  {
    summary: 'Delete a project that no task and no session refers to',
    answers: { status: 200, schema: DeleteResponse },
    errors: ['PROJECT_NOT_FOUND', 'PROJECT_HAS_DEPENDENCIES', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['project:deleted'],
  },
  async (c) => {
    const id = idOf(c)
    await c.env.workspace.change((tx) => {
      checkIfMatch(c, tx, 'projects', id)
      remove(tx, id)
    })
    return answerDeleted(c, id)
  },
)
