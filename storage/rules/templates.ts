import { apiError } from '../../schemas/errors'
import { validationError } from '../../schemas/problems'
import type { CreateTemplateRequest, Role, Template, UpdateTemplateRequest } from '../../schemas/template'
import orchestratorText from '../content/templates/orchestrator.md'
import workerText from '../content/templates/worker.md'
import type { Transaction } from '../transaction'
import type { Reader } from './find'
import { withChanges } from './with-changes'

/** The built-in text of each role. */
export const builtInText: Readonly<Record<Role, string>> = {
  worker: workerText,
  orchestrator: orchestratorText,
}

const roles: readonly Role[] = ['worker', 'orchestrator']

/** Creates a default template with the built-in text for each role that has none. Idempotent. */
export const ensureDefaultTemplates = (tx: Transaction): void => {
  for (const role of roles) {
    if (tx.list('templates', { role }).some((template) => template.isDefault)) continue
    const name = role === 'worker' ? 'Default Worker' : 'Default Orchestrator'
    add(tx, { name, role, content: builtInText[role] }, true)
  }
}

/** Creates a custom template, which its role uses from now on. */
export const createTemplate = (tx: Transaction, body: CreateTemplateRequest): Template => add(tx, body, false)

const add = (
  tx: Transaction,
  { name, role, content }: CreateTemplateRequest,
  isDefault: boolean,
): Template => {
  const id = tx.newId('tmpl')
  const updatedAt = updateTime(tx, { id, role })
  const template: Template = { id, name, role, content, isDefault, createdAt: tx.now, updatedAt }
  tx.put('templates', template)
  tx.emitState('template:created', id)
  return template
}

/** Changes what the body names; a custom template is then the one that its role uses. */
export const updateTemplate = (
  tx: Transaction,
  id: string,
  { name, content }: UpdateTemplateRequest,
): void => {
  const template = findTemplate(tx, id)
  tx.put('templates', { ...withChanges(template, { name, content }), updatedAt: updateTime(tx, template) })
  tx.emitState('template:updated', id)
}

/** Resets a template's content to the built-in text of its role; it stays a default or a custom one. */
export const resetTemplate = (tx: Transaction, id: string): void =>
  updateTemplate(tx, id, { content: builtInText[findTemplate(tx, id).role] })

/** Deletes a template. A default one comes back when the server starts again. */
export const deleteTemplate = (tx: Transaction, id: string): void => {
  findTemplate(tx, id)
  tx.emitData('template:deleted', { id })
  tx.remove('templates', id)
}

/** The template, or 404. */
const findTemplate = (reader: Reader, id: string): Template => {
  const template = reader.get('templates', id)
  if (!template) throw templateNotFound(id)
  return template
}

export const templateNotFound = (id?: string) =>
  apiError('NOT_FOUND', 'Template not found', id === undefined ? undefined : { templateId: id })

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

/**
 * The time of an update: now, but after every other update of the role's templates, also in the same millisecond
 * or after the clock was set back: the order of updates is always clear.
 */
const updateTime = (tx: Transaction, { id, role }: Pick<Template, 'id' | 'role'>): number => {
  const others = tx.list('templates', { role }).filter((template) => template.id !== id)
  return Math.max(tx.now, ...others.map((template) => template.updatedAt + 1))
}

/** The template that a spawn names, or the role's. */
export const templateForSpawn = (
  reader: Reader,
  role: Role,
  templateId: string | undefined,
): Template | undefined => {
  if (templateId === undefined) return templateOfRole(reader, role)
  const template = findTemplate(reader, templateId)
  if (template.role !== role)
    throw validationError([
      { path: 'templateId', message: `templateId must name a template for the role ${role}` },
    ])
  return template
}
