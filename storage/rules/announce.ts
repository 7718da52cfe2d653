import type { Entry } from '../entry'
import type { StateEvent } from '../event'
import type { EntityKind } from '../kinds'
import type { Transaction } from '../transaction'
import { builtInText } from './templates'

const updated = {
  projects: 'project:updated',
  tasks: 'task:updated',
  sessions: 'session:updated',
  queues: 'queue:updated',
  templates: 'template:updated',
} as const satisfies Record<EntityKind, StateEvent>

/**
 * Tells everybody of a document that could not be read when the server started. The default template that took the
 * place of one goes, unless somebody has changed it.
 */
export const announceDocument = (tx: Transaction, { kind, id }: Entry): void => {
  // What the server keeps for itself is nobody's news.
  if (kind === 'answers') return
  const entity = tx.get(kind, id)
  if (!entity) return
  tx.put(kind, entity)
  tx.emitState(updated[kind], id)
  const template = kind === 'templates' ? tx.get('templates', id) : undefined
  if (!template?.isDefault) return
  for (const other of tx.list('templates', { role: template.role })) {
    if (!other.isDefault || other.id === id || other.content !== builtInText[other.role]) continue
    tx.emitData('template:deleted', { id: other.id })
    tx.remove('templates', other.id)
  }
}
