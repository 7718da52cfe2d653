import { importDocuments } from '../../storage/rules/transfer'
import type { Transaction } from '../../storage/transaction'

/** Imports a session over the one that is there, with another history: `fates` says what becomes of its events, in turn. */
export const overwrite = (tx: Transaction, id: string, fates: readonly string[]) => {
  const { events, ...rest } = tx.entry('sessions', id).read()
  const document = {
    ...rest,
    events: events.flatMap((event, index) => {
      const fate = fates[index % fates.length]
      if (fate === 'dropped') return []
      if (fate === 'changed') return [{ ...event, type: `${event.type}!` }]
      if (fate === 'under one id') return [{ ...event, id: 'evt_one' }]
      return fate === 'doubled' ? [event, event] : [event]
    }),
  }
  importDocuments(tx, [{ key: `sessions:${id}`, document }], { overwrite: true, dryRun: false })
}
