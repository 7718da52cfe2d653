import type { Entry } from '../entry'
import { kinds } from '../kinds'
import type { Transaction } from '../transaction'
import { builtInText } from './templates'

/**
 * Tells everybody of a document that could not be read when the server started. The default template that took the
 * place of one goes, unless somebody has changed it.
 */
export const announceDocument = (tx: Transaction, { kind, id }: Entry): void => {
  const { stateEvents } = kinds[kind]
  const entity = tx.get(kind, id)
  if (!entity || !stateEvents) return
  tx.put(kind, entity)
  tx.emitState(stateEvents.updated, id)
  const template = kind === 'templates' ? tx.get('templates', id) : undefined
  if (!template?.isDefault) return
  for (const other of tx.list('templates', { role: template.role })) {
    if (!other.isDefault || other.id === id || other.content !== builtInText[other.role]) continue
    tx.emitData('template:deleted', { id: other.id })
    tx.remove('templates', other.id)
  }
}
