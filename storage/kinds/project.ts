import { Project } from '../../schemas/project'
import { defineKind } from './kind'

export const projects = defineKind({
  schema: Project,
  id: (project) => project.id,
  createdAt: (project) => project.createdAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  // Of which project a session is stands only in it.
  dependents: (id) => [`tasks:${id}:`, 'sessions:'],
  stateEvents: { created: 'project:created', updated: 'project:updated' },
  subject: (id) => ({ projectId: id }),
})
