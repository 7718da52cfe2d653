/** Documents that could not be read for a while: they are served again, and miss nothing of what happened meanwhile. */
import type { Documents } from './documents'
import type { WorkspaceDriver } from './driver'
import type { Entry } from './entry'
import { kindOfKey } from './kinds'
import { entryOrSetAside, isUnreadableSession, type Logger, repairLinks } from './loading'
import { announceDocument } from './rules/announce'
import { endMissed, leaveGoneParent, settleTasks } from './rules/missed-ends'
import type { Transaction } from './transaction'

/** Adds them by their texts, links and all. Returns those that are served now. */
export const addTexts = (
  documents: Documents,
  driver: WorkspaceDriver,
  texts: ReadonlyMap<string, string>,
  logger: Logger,
): Entry[] => {
  const added: Entry[] = []
  for (const [key, text] of texts) {
    const kind = kindOfKey(key)
    const entry = kind && entryOrSetAside(driver, kind, key, text, logger)
    if (!entry) continue
    if (documents.get(entry.kind, entry.id))
      logger.error({ key }, 'A document can be read now, but another has its id: it is not served')
    else {
      documents.put(entry.kind, entry)
      added.push(entry)
    }
  }
  settleTasks(
    documents,
    added.filter(({ kind }) => kind === 'tasks').map(({ id }) => id),
    (id) => isUnreadableSession(driver, id),
  )
  repairLinks(documents, driver)
  return added
}

/** Makes up for what they have missed, and tells of them. */
export const catchUp = (tx: Transaction, driver: WorkspaceDriver, added: readonly Entry[]): void => {
  for (const entry of added) {
    if (entry.kind === 'queues') endMissed(tx, entry.id)
    if (entry.kind === 'tasks')
      leaveGoneParent(tx, entry.id, (id) => driver.unreadable?.('tasks', id) !== undefined)
    announceDocument(tx, entry)
  }
}
