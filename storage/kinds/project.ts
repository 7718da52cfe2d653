import { Project } from '../../schemas/project'
import { defineKind } from './kind'

/** Of the ways to write a directory's path the shortest. */
export const plainPath = (path: string): string => path.replace(/\/+$/, '')

export const projects = defineKind({
  schema: Project,
  id: (project) => project.id,
  createdAt: (project) => project.createdAt,
  fields: ({ workingDir }) => ({ directory: plainPath(workingDir) }),
  appendOnly: [],
  migrations: [],
  // Of which project a session is stands only in it.
  dependents: (id) => [`tasks:${id}:`, 'sessions:'],
  stateEvents: { created: 'project:created', updated: 'project:updated' },
  subject: (id) => ({ projectId: id }),
})
