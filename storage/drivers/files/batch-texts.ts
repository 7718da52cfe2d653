import type { Batch, Put } from '../../driver'
import type { LoggedEvent } from '../../event'
import { kindOfKey, kinds } from '../../kinds'

/** A piece of a line: text, or the UTF-8 of one. */
export type Piece = string | Uint8Array

/**
 * What a batch is in its line of the journal, as far as that does not depend on what the journal holds: documents and events,
 * many in a piece, with commas between them. Open: those of which an append delta may be written.
 */
export interface BatchTexts {
  puts: readonly Piece[]
  openPuts: readonly Put[]
  events: readonly (Piece | LoggedEvent)[]
  /** Events whose data is a document of `puts`: the event's number to the document's key. */
  dataOf: readonly Piece[]
}

/** So many texts are made in a step. */
const textsInStep = 500

/** Texts, as bytes of many. */
const createGathering = <T>(pieces: (Piece | T)[]) => {
  let texts: string[] = []
  const flush = () => {
    if (texts.length > 0) pieces.push(Buffer.from(texts.join()))
    texts = []
  }
  return { add: (text: string) => void texts.push(text), flush }
}

/** Makes the texts of a batch, a part with every step. */
export function* makeBatchTexts({ puts, events }: Batch): Generator<void, BatchTexts> {
  const keysByText = new Map<string, string>()
  const made = {
    puts: [] as Piece[],
    openPuts: [] as Put[],
    events: [] as (Piece | LoggedEvent)[],
    dataOf: [] as Piece[],
  }
  const putTexts = createGathering(made.puts)
  const eventTexts = createGathering(made.events)
  const dataTexts = createGathering(made.dataOf)
  let count = 0
  for (const put of puts) {
    const { key } = put
    if (isWhole(key)) {
      keysByText.set(put.json, key)
      putTexts.add(`${JSON.stringify(key)}:${put.json}`)
    } else made.openPuts.push(put)
    if (++count % textsInStep !== 0) continue
    putTexts.flush()
    yield
  }
  putTexts.flush()
  for (const event of events) {
    const key = event.data === undefined ? undefined : keysByText.get(event.data)
    if (key !== undefined) dataTexts.add(`"${event.number}":${JSON.stringify(key)}`)
    if (key === undefined && event.about && kinds[event.about.kind].appendOnly.length > 0) {
      eventTexts.flush()
      made.events.push(event)
    } else eventTexts.add(JSON.stringify(key === undefined ? event : { ...event, data: undefined }))
    if (++count % textsInStep !== 0) continue
    eventTexts.flush()
    dataTexts.flush()
    yield
  }
  eventTexts.flush()
  dataTexts.flush()
  return made
}

/** Whether a document is always written whole. */
const isWhole = (key: string): boolean => {
  const kind = kindOfKey(key)
  return kind !== undefined && kinds[kind].appendOnly.length === 0
}
