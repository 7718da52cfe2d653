import { apiError } from '../../schemas/errors'
import type { CreateProjectRequest, Project, UpdateProjectRequest } from '../../schemas/project'
import type { Transaction } from '../transaction'
import { findProject } from './find'
import { withChanges } from './with-changes'

/** Creates a project; without a directory of its own it works in `defaultDir`. */
export const createProject = (tx: Transaction, body: CreateProjectRequest, defaultDir: string): Project => {
  const project: Project = {
    id: tx.newId('proj'),
    name: body.name,
    workingDir: body.workingDir ?? defaultDir,
    ...(body.description !== undefined && { description: body.description }),
    createdAt: tx.now,
    updatedAt: tx.now,
  }
  tx.put('projects', project)
  tx.emitState('project:created', project.id)
  return project
}

/** Changes what the body names. */
export const updateProject = (tx: Transaction, id: string, body: UpdateProjectRequest): void => {
  tx.put('projects', { ...withChanges(findProject(tx, id), body), updatedAt: tx.now })
  tx.emitState('project:updated', id)
}

/** Deletes a project that nothing refers to. */
export const deleteProject = (tx: Transaction, id: string): void => {
  findProject(tx, id)
  for (const [kind, word] of [
    ['tasks', 'task(s)'],
    ['sessions', 'session(s)'],
  ] as const) {
    const count = tx.count(kind, { projectId: id })
    if (count > 0)
      throw apiError('PROJECT_HAS_DEPENDENCIES', `Cannot delete project with ${count} existing ${word}`)
  }
  tx.emitData('project:deleted', { id })
  tx.remove('projects', id)
}
