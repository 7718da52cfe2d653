import { Project } from '../../schemas/project'
import { defineKind } from './kind'

export const projects = defineKind({
  schema: Project,
  id: (project) => project.id,
  createdAt: (project) => project.createdAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'project:created', updated: 'project:updated' },
  subject: (id) => ({ projectId: id }),
})
