/** Moves documents between a location and a file of lines. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { TransferLine, type TransferResult } from '../../schemas/transfer'
import { reasonOf } from '../lib/reason'
import type { ImportOptions, TransferLocation } from './location'

/** The limits of a batch, which is one request; a single larger document is a batch of its own. */
const maxDocuments = 200
const maxCharacters = 1_000_000

/** Called with how many documents are done. */
type OnProgress = (done: number) => void

/** Writes every document into a file, which appears when it is complete. Returns how many there are. */
export const exportTo = async (
  location: TransferLocation,
  file: string,
  onProgress: OnProgress,
): Promise<number> => {
  const temporary = `${file}.part`
  let done = 0
  const lines = async function* () {
    for await (const line of location.lines()) {
      yield `${line}\n`
      onProgress(++done)
    }
  }
  // With backpressure: no more is read than the disk takes.
  await pipeline(lines, createWriteStream(temporary))
  await rename(temporary, file)
  return done
}

/**
 * Imports the documents of a file into a location, batch by batch. Idempotent: what is stored already is left alone,
 * so after a failure the same import again resumes where it stopped.
 */
export const importFrom = async (
  file: string,
  location: TransferLocation,
  options: ImportOptions,
  onProgress: OnProgress,
): Promise<TransferResult> => {
  const total: TransferResult = { stored: 0, unchanged: 0, conflicts: [] }
  let done = 0
  for await (const lines of batches(file)) {
    const { stored, unchanged, conflicts } = await location.importBatch(lines, options)
    total.stored += stored
    total.unchanged += unchanged
    total.conflicts.push(...conflicts)
    done += lines.length
    onProgress(done)
  }
  return total
}

async function* batches(file: string): AsyncGenerator<TransferLine[]> {
  let lines: TransferLine[] = []
  let characters = 0
  let number = 0
  for await (const text of createInterface({ input: createReadStream(file) })) {
    number++
    if (text === '') continue
    if (lines.length === maxDocuments || (lines.length > 0 && characters + text.length > maxCharacters)) {
      yield lines
      lines = []
      characters = 0
    }
    lines.push(parseLine(text, `${file}:${number}`))
    characters += text.length
  }
  if (lines.length > 0) yield lines
}

const parseLine = (text: string, position: string): TransferLine => {
  try {
    return TransferLine.parse(JSON.parse(text))
  } catch (error) {
    throw new Error(`${position} is not a document of an export: ${reasonOf(error)}`)
  }
}
