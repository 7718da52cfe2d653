/** Moves documents between a place and a file of lines. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { TransferLine, type TransferResult } from '../../schemas/transfer'
import type { Place, TakeOptions } from './place'

/** A request takes at most so many documents, and about so many characters. */
const mostDocuments = 200
const mostCharacters = 1_000_000

/** Hears how many documents are done. */
type Progress = (done: number) => void

/** Writes every document into a file, which is there when it is whole. Tells how many there are. */
export const exportTo = async (place: Place, file: string, progress: Progress): Promise<number> => {
  const draft = `${file}.part`
  let done = 0
  const lines = async function* () {
    for await (const line of place.lines()) {
      yield `${line}\n`
      progress(++done)
    }
  }
  await pipeline(lines, createWriteStream(draft))
  await rename(draft, file)
  return done
}

/**
 * Puts the documents of a file into a place, some at a time. What is there already is left alone, so after a
 * failure the same again goes on where it stopped.
 */
export const importFrom = async (
  file: string,
  place: Place,
  options: TakeOptions,
  progress: Progress,
): Promise<TransferResult> => {
  const total: TransferResult = { stored: 0, unchanged: 0, conflicts: [] }
  let done = 0
  for await (const lines of portions(file)) {
    const { stored, unchanged, conflicts } = await place.take(lines, options)
    total.stored += stored
    total.unchanged += unchanged
    total.conflicts.push(...conflicts)
    done += lines.length
    progress(done)
  }
  return total
}

async function* portions(file: string): AsyncGenerator<TransferLine[]> {
  let lines: TransferLine[] = []
  let characters = 0
  let number = 0
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number++
    if (text === '') continue
    if (lines.length === mostDocuments || (lines.length > 0 && characters + text.length > mostCharacters)) {
      yield lines
      lines = []
      characters = 0
    }
    lines.push(readLine(text, `${file}:${number}`))
    characters += text.length
  }
  if (lines.length > 0) yield lines
}

const readLine = (text: string, place: string): TransferLine => {
  try {
    return TransferLine.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${place} is no document: ${error instanceof Error ? error.message : error}`)
  }
}
