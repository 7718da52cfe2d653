import { Template } from '../../schemas/template'
import { defineKind } from './kind'

export const templates = defineKind({
  schema: Template,
  id: (template) => template.id,
  createdAt: (template) => template.createdAt,
  fields: (template) => ({ role: template.role }),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'template:created', updated: 'template:updated' },
  subject: () => ({}),
})
