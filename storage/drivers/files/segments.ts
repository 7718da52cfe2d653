import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { currentFormat, LaterFormatError } from './format'
import { formatOf, type JournalLine, parseLine } from './journal-lines'
import { privateFolder } from './private-files'
import { readLines } from './read-lines'
import { draftSuffix } from './segment-file'

/** A file of the journal, named after the last batch and event before it. */
export interface Segment {
  path: string
  /** The last batch and event before the first of this segment. */
  batchBefore: number
  eventBefore: number
}

const pad = (number: number) => String(number).padStart(12, '0')

/** The segment that begins after this batch and event. */
export const segmentAfter = (directory: string, batchBefore: number, eventBefore: number): Segment => ({
  path: join(directory, `${pad(batchBefore)}-${pad(eventBefore)}.log`),
  batchBefore,
  eventBefore,
})

/** The segments there are, oldest first. */
export const listSegments = (directory: string): Segment[] => {
  mkdirSync(directory, privateFolder)
  const segments: Segment[] = []
  for (const name of readdirSync(directory).sort()) {
    const match = /^(\d{12})-(\d{12})\.log$/.exec(name)
    if (match)
      segments.push({
        path: join(directory, name),
        batchBefore: Number(match[1]),
        eventBefore: Number(match[2]),
      })
  }
  return segments
}

/**
 * The lines of a segment, in order; `next` is the segment after it. A line that is not whole is left out: at the
 * end it is a torn write, which was never acknowledged; anywhere else it is damage, and reported to `onDamage`.
 * A segment of format 1 does not say so. Also left out are batches that the next segment numbers anew: a failed write that could not be truncated.
 */
export const readSegment = (
  { path }: Segment,
  next: Segment | undefined,
  onDamage: (line: number) => void = () => undefined,
): JournalLine[] => {
  const lines: JournalLine[] = []
  let number = 0
  for (const { text, isLast } of readLines(path)) {
    number++
    const format = number === 1 ? formatOf(text) : undefined
    if (format !== undefined && format > currentFormat) throw new LaterFormatError(path, format)
    if (format !== undefined) continue
    const line = parseLine(text)
    if (line && (!next || line.batch <= next.batchBefore)) lines.push(line)
    if (!line && !isLast) onDamage(number)
  }
  return lines
}

/**
 * Puts a copy in the place of the newest segment: a frozen server that has it open then writes, when it wakes, into a
 * file that nobody reads any more.
 */
export const detachNewestSegment = (directory: string): void => {
  const newest = listSegments(directory).at(-1)
  if (!newest) return
  const draft = `${newest.path}${draftSuffix}`
  copyFileSync(newest.path, draft)
  const file = openSync(draft, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, newest.path)
}

/** Deletes what a server that was killed, or frozen, was about to make a segment of. */
export const dropDrafts = (directory: string): void => {
  mkdirSync(directory, privateFolder)
  for (const name of readdirSync(directory))
    if (name.endsWith(draftSuffix)) rmSync(join(directory, name), { force: true })
}

export const dropSegment = ({ path }: Segment): void => rmSync(path, { force: true })
