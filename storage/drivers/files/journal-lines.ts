import { crc32 } from 'node:zlib'
import { parseTrusted } from '../../../schemas/json-text'
import type { Batch, Put } from '../../driver'
import type { LoggedEvent } from '../../event'
import type { AppendDelta } from './append-delta'
import type { BatchTexts, Piece } from './batch-texts'
import { currentFormat } from './format'

/**
 * The lines of the journal. Each is `{checksum} {type} {batch} {lastEvent} {body}`: CRC-32 in hexadecimal of all
 * that follows it; `B` for a batch and `F` for a checkpoint (the documents of all batches up to this one are in
 * the files); the batch's number; the number of the last event so far. A reader can skip lines by their header.
 */
export interface JournalLine {
  type: 'batch' | 'checkpoint'
  batch: number
  lastEvent: number
  body: string
}

/** How a batch changes a document: to a new one, by an append delta, or by removing it (null). */
export type StoredChange = { whole: unknown } | { delta: AppendDelta } | null

interface Body {
  put?: Record<string, unknown>
  grow?: Record<string, AppendDelta>
  remove?: string[]
  events?: LoggedEvent[]
  /** Events whose data is a document that this batch puts: the event's number to the document's key. */
  dataOf?: Record<number, string>
}

/**
 * The line of a batch, without its checksum, in pieces. Documents are written as they are, or as the delta that `deltaOf`
 * makes of them; an event whose data is one of them refers to it by its key. `texts`: what is made already.
 */
export const batchLine = (
  batch: number,
  lastEvent: number,
  { puts, removes, events }: Batch,
  deltaOf: (put: Put) => string | undefined,
  texts: BatchTexts = { puts: [], openPuts: puts, events, dataOf: [] },
): Piece[] => {
  const keysByText = new Map<string, string>()
  const put = [...texts.puts]
  const deltas: string[] = []
  for (const change of texts.openPuts) {
    const { key } = change
    const delta = deltaOf(change)
    if (delta) deltas.push(`${JSON.stringify(key)}:${delta}`)
    else {
      const { json } = change
      put.push(`${JSON.stringify(key)}:${json}`)
      keysByText.set(json, key)
    }
  }
  const dataOf = [...texts.dataOf]
  const logged = texts.events.map((event) => {
    if (isPiece(event)) return event
    const key = event.data === undefined ? undefined : keysByText.get(event.data)
    if (key === undefined) return JSON.stringify(event)
    dataOf.push(`"${event.number}":${JSON.stringify(key)}`)
    return JSON.stringify({ ...event, data: undefined })
  })
  const parts = [
    ...(put.length > 0 ? [['"put":{', ...withCommas(put), '}']] : []),
    ...(deltas.length > 0 ? [[`"grow":{${deltas.join()}}`]] : []),
    ...(removes.length > 0 ? [[`"remove":${JSON.stringify(removes)}`]] : []),
    ...(logged.length > 0 ? [['"events":[', ...withCommas(logged), ']']] : []),
    ...(dataOf.length > 0 ? [['"dataOf":{', ...withCommas(dataOf), '}']] : []),
  ]
  return [`B ${batch} ${lastEvent} {`, ...parts.flatMap((part, at) => (at > 0 ? [',', ...part] : part)), '}']
}

const isPiece = (piece: Piece | LoggedEvent): piece is Piece =>
  typeof piece === 'string' || piece instanceof Uint8Array

/** Texts alone, as nearly all changes have them, are one piece. */
const withCommas = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.every((piece) => typeof piece === 'string')
    ? [pieces.join()]
    : pieces.flatMap((piece, at) => (at > 0 ? [',', piece] : [piece]))

/** The line of a checkpoint, without its checksum: the documents of all batches up to this one are in the files. */
export const checkpointLine = (batch: number, lastEvent: number): string => `F ${batch} ${lastEvent} `

const headerPattern = /^([0-9a-f]{8}) ([BF]) (\d+) (\d+) /

const formatPattern = /^([0-9a-f]{8}) H (\d+)$/

/** The first line of a segment, without its checksum: this and its meaning are the same in all formats. */
export const formatLine = `H ${currentFormat}`

/** The format that a first line tells; undefined if it tells none, as in format 1. */
export const formatOf = (text: string): number | undefined => {
  const [, checksum = '', format] = formatPattern.exec(text) ?? []
  const isWhole = format !== undefined && crc32(text.slice(9)) === Number.parseInt(checksum, 16)
  return isWhole ? Number(format) : undefined
}

/** The header of a line, all before its body, has at most so many characters. */
export const maxHeaderLength = 64

/** The number of the last event up to a line, from its header alone; NaN if it is no line. */
export const lastEventOf = (beginning: string): number =>
  Number(headerPattern.exec(beginning)?.[4] ?? Number.NaN)

/** Reads a line; undefined if it is incomplete or damaged. */
export const parseLine = (text: string): JournalLine | undefined => {
  const match = headerPattern.exec(text)
  if (!match) return undefined
  const [beginning, checksum, type, batch, lastEvent] = match
  if (crc32(text.slice(9)) !== Number.parseInt(checksum ?? '', 16)) return undefined
  return {
    type: type === 'B' ? 'batch' : 'checkpoint',
    batch: Number(batch),
    lastEvent: Number(lastEvent),
    body: text.slice(beginning.length),
  }
}

/** What a batch line changes, by key. */
export const changesOf = (line: JournalLine): Map<string, StoredChange> => {
  const { put = {}, grow = {}, remove = [] } = bodyOf(line)
  const changes = new Map<string, StoredChange>()
  for (const [key, whole] of Object.entries(put)) changes.set(key, { whole })
  for (const [key, delta] of Object.entries(grow)) changes.set(key, { delta })
  for (const key of remove) changes.set(key, null)
  return changes
}

/** The events of a batch line, complete. */
export const eventsOf = (line: JournalLine): LoggedEvent[] => {
  const { put = {}, events = [], dataOf = {} } = bodyOf(line)
  return events.map((event) => {
    const key = dataOf[event.number]
    return key === undefined ? event : { ...event, data: JSON.stringify(put[key]) }
  })
}

const bodyOf = (line: JournalLine): Body => parseTrusted(line.body)
