import orchestratorText from '../../local-dev/content/templates/orchestrator.md'
import workerText from '../../local-dev/content/templates/worker.md'
import { apiError } from '../../schemas/errors'
import type { Role, Template } from '../../schemas/template'
import type { Transaction } from '../transaction'
import type { Reader } from './find'

/** The built-in text of each role. */
export const builtInText: Readonly<Record<Role, string>> = {
  worker: workerText,
  orchestrator: orchestratorText,
}

const roles: readonly Role[] = ['worker', 'orchestrator']

/** Gives each role that has no default template one with the built-in text. */
export const ensureDefaultTemplates = (tx: Transaction): void => {
  for (const role of roles) {
    if (tx.list('templates', { role }).some((template) => template.isDefault)) continue
    const id = tx.newId('tmpl')
    tx.put('templates', {
      id,
      name: role === 'worker' ? 'Default Worker' : 'Default Orchestrator',
      role,
      content: builtInText[role],
      isDefault: true,
      createdAt: tx.now,
      updatedAt: tx.now,
    })
    tx.tell('template:created', id)
  }
}

/** The template a role uses: the custom one updated last; with none, the default; with none, undefined. */
export const templateOfRole = (reader: Reader, role: Role): Template | undefined => {
  const templates = reader.list('templates', { role })
  const custom = templates.filter((template) => !template.isDefault)
  return latest(custom.length > 0 ? custom : templates)
}

const latest = (templates: Template[]) =>
  templates.reduce<Template | undefined>(
    (best, template) => (best && best.updatedAt > template.updatedAt ? best : template),
    undefined,
  )

/** The template that a spawn names, or the role's. */
export const templateForSpawn = (
  reader: Reader,
  role: Role,
  templateId: string | undefined,
): Template | undefined => {
  if (templateId === undefined) return templateOfRole(reader, role)
  const template = reader.get('templates', templateId)
  if (!template) throw apiError('NOT_FOUND', 'Template not found', { templateId })
  if (template.role !== role)
    throw apiError('VALIDATION_ERROR', `templateId must name a template for the role ${role}`, {
      issues: [{ path: 'templateId', message: `templateId must name a template for the role ${role}` }],
    })
  return template
}
