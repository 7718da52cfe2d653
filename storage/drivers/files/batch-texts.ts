import type { Batch } from '../../driver'
import { kindOfKey, kinds } from '../../kinds'

/**
 * What a batch is in its line of the journal, as far as that does not depend on what the journal holds: the texts of its
 * documents and events, undefined for those of which an append delta may be written.
 */
export interface BatchTexts {
  puts: (string | undefined)[]
  events: (string | undefined)[]
  /** Events whose data is a document of `puts`: the event's number to the document's key. */
  dataOf: Record<number, string>
}

/** So many texts are made in a step. */
const textsInStep = 1000

/** Makes the texts of a batch, a part with every step. */
export function* makeBatchTexts({ puts, events }: Batch): Generator<void, BatchTexts> {
  const keysByText = new Map<string, string>()
  const texts: BatchTexts = { puts: [], events: [], dataOf: {} }
  let made = 0
  for (const put of puts) {
    const { key } = put
    if (isWhole(key)) keysByText.set(put.json, key)
    texts.puts.push(isWhole(key) ? `${JSON.stringify(key)}:${put.json}` : undefined)
    if (++made % textsInStep === 0) yield
  }
  for (const event of events) {
    const key = event.data === undefined ? undefined : keysByText.get(event.data)
    if (key !== undefined) texts.dataOf[event.number] = key
    const isOpen =
      key === undefined && event.about !== undefined && kinds[event.about.kind].appendOnly.length > 0
    texts.events.push(
      isOpen ? undefined : JSON.stringify(key === undefined ? event : { ...event, data: undefined }),
    )
    if (++made % textsInStep === 0) yield
  }
  return texts
}

/** Whether a document is always written whole. */
const isWhole = (key: string): boolean => {
  const kind = kindOfKey(key)
  return kind !== undefined && kinds[kind].appendOnly.length === 0
}
