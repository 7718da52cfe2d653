import { crc32 } from 'node:zlib'
import type { AppendDelta, Batch } from '../../driver'
import type { LoggedEvent } from '../../event'

/**
 * The lines of the journal. Each is `{checksum} {kind} {batch} {lastEvent} {body}`: CRC-32 in hexadecimal of all
 * that follows it; `B` for a batch and `F` for "everything up to this batch stands in the files"; the batch's
 * number; the number of the last event so far. A reader can skip lines without parsing their body.
 */
export interface Line {
  kind: 'batch' | 'flushed'
  batch: number
  lastEvent: number
  body: string
}

/** How a document changes in a batch: the whole of it, its growth, or gone (null). */
export type StoredChange = { whole: unknown } | { growth: AppendDelta } | null

interface Body {
  put?: Record<string, unknown>
  grow?: Record<string, AppendDelta>
  remove?: string[]
  events?: LoggedEvent[]
  /** Events whose data is a document that this batch puts: the event's number to the document's key. */
  dataOf?: Record<number, string>
}

/** The line for a batch, without its checksum. Documents go in as they are, and an event that carries one names it instead. */
export const batchLine = (batch: number, lastEvent: number, { puts, removes, events }: Batch): string => {
  const keysByText = new Map<string, string>()
  const put: string[] = []
  const grown: string[] = []
  for (const { key, json, delta: growth } of puts)
    if (growth)
      grown.push(
        `${JSON.stringify(key)}:{"rest":${growth.rest},"appended":${JSON.stringify(growth.appended)}}`,
      )
    else {
      put.push(`${JSON.stringify(key)}:${json}`)
      keysByText.set(json, key)
    }
  const dataOf: Record<number, string> = {}
  const logged = events.map((event) => {
    const key = event.data === undefined ? undefined : keysByText.get(event.data)
    if (key === undefined) return event
    dataOf[event.number] = key
    return { ...event, data: undefined }
  })
  const parts = [
    ...(put.length > 0 ? [`"put":{${put.join()}}`] : []),
    ...(grown.length > 0 ? [`"grow":{${grown.join()}}`] : []),
    ...(removes.length > 0 ? [`"remove":${JSON.stringify(removes)}`] : []),
    ...(logged.length > 0 ? [`"events":${JSON.stringify(logged)}`] : []),
    ...(Object.keys(dataOf).length > 0 ? [`"dataOf":${JSON.stringify(dataOf)}`] : []),
  ]
  return `B ${batch} ${lastEvent} {${parts.join()}}`
}

/** The line that says that everything up to a batch stands in the files. */
export const flushedLine = (batch: number, lastEvent: number): string => `F ${batch} ${lastEvent} `

const head = /^([0-9a-f]{8}) ([BF]) (\d+) (\d+) /

/** A line tells with this many characters at most what it is about. */
export const longestHead = 64

/** The number of the last event up to a line, from its beginning alone. */
export const lastEventOf = (beginning: string): number => Number(head.exec(beginning)?.[4] ?? Number.NaN)

/** Reads a line; undefined if it is not whole. */
export const parseLine = (text: string): Line | undefined => {
  const match = head.exec(text)
  if (!match) return undefined
  const [beginning, checksum, kind, batch, lastEvent] = match
  if (crc32(text.slice(9)) !== Number.parseInt(checksum ?? '', 16)) return undefined
  return {
    kind: kind === 'B' ? 'batch' : 'flushed',
    batch: Number(batch),
    lastEvent: Number(lastEvent),
    body: text.slice(beginning.length),
  }
}

/** What a batch line changes, by key. */
export const changesOf = (line: Line): Map<string, StoredChange> => {
  const { put = {}, grow = {}, remove = [] } = bodyOf(line)
  const changes = new Map<string, StoredChange>()
  for (const key of Object.keys(put)) changes.set(key, { whole: put[key] })
  for (const [key, growth] of Object.entries(grow))
    changes.set(key, { growth: { rest: JSON.stringify(growth.rest), appended: growth.appended } })
  for (const key of remove) changes.set(key, null)
  return changes
}

/** The events of a batch line, complete. */
export const eventsOf = (line: Line): LoggedEvent[] => {
  const { put = {}, events = [], dataOf = {} } = bodyOf(line)
  return events.map((event) => {
    const key = dataOf[event.number]
    return key === undefined ? event : { ...event, data: JSON.stringify(put[key]) }
  })
}

const bodyOf = (line: Line): Body => JSON.parse(line.body)
