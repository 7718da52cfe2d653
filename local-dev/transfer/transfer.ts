/** Moves documents between a location and a file of lines. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { parseDescribed, problemsOf } from '../../schemas/problems'
import { TransferLine, type TransferResult } from '../../schemas/transfer'
import { isMissingFile, reasonOf } from '../lib/reason'
import { decodeUtf8Stream } from '../lib/utf8'
import type { ImportOptions, TransferLocation } from './location'
import type { Target } from './target'

/** The limits of a batch, which is one request; a single larger document is a batch of its own. */
const maxDocuments = 200
const maxCharacters = 1_000_000

/** Called with how many documents are done. */
type OnProgress = (done: number) => void

/** Writes every document to a target. Returns how many there are. Throws, and writes nothing, where there are none. */
export const exportTo = async (
  location: TransferLocation,
  target: Target,
  onProgress: OnProgress,
): Promise<number> => {
  const lines = location.lines()[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) throw new Error('It holds no documents: nothing is exported')
  let done = 0
  const text = async function* () {
    for (let line: IteratorResult<string> = first; !line.done; line = await lines.next()) {
      yield `${line.value}\n`
      onProgress(++done)
    }
  }
  // With backpressure: no more is read than the target takes.
  await target.write(Readable.from(text()))
  return done
}

/**
 * Imports the documents of a file, or of standard input (`-`), batch by batch. The location is opened when the first
 * batch is understood. Idempotent: what is stored already is left alone, so after a failure the same import again
 * resumes where it stopped. Throws where there are no documents.
 */
export const importFrom = async (
  file: string,
  open: () => Promise<TransferLocation>,
  options: ImportOptions,
  onProgress: OnProgress,
): Promise<TransferResult> => {
  const rest = batches(file)
  const first = await rest.next()
  if (first.done) throw new Error(`${nameOf(file)} holds no documents: nothing is imported`)
  const location = await open()
  try {
    const total: TransferResult = { stored: 0, unchanged: 0, conflicts: [] }
    let done = 0
    for (let batch: IteratorResult<TransferLine[]> = first; !batch.done; batch = await rest.next()) {
      const { stored, unchanged, conflicts } = await location.importBatch(batch.value, options)
      total.stored += stored
      total.unchanged += unchanged
      total.conflicts.push(...conflicts)
      done += batch.value.length
      onProgress(done)
    }
    return total
  } finally {
    await location.close()
  }
}

const nameOf = (file: string) => (file === '-' ? 'standard input' : file)

const requireFile = async (path: string) => {
  const found = await stat(path).catch((error) => {
    throw isMissingFile(error) ? new Error(`There is no file ${path}`) : error
  })
  if (found.isDirectory()) throw new Error(`${path} is a directory: name a file in it`)
}

async function* batches(file: string): AsyncGenerator<TransferLine[], void> {
  let lines: TransferLine[] = []
  let characters = 0
  let number = 0
  if (file !== '-') await requireFile(file)
  const bytes = file === '-' ? process.stdin : createReadStream(file)
  const input = Readable.from(decodeUtf8Stream(bytes, nameOf(file)))
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (text.trim() === '') continue
    if (lines.length === maxDocuments || (lines.length > 0 && characters + text.length > maxCharacters)) {
      yield lines
      lines = []
      characters = 0
    }
    lines.push(parseLine(text, `${nameOf(file)}:${number}`))
    characters += text.length
  }
  if (lines.length > 0) yield lines
}

const parseLine = (text: string, position: string): TransferLine => {
  try {
    const parsed = parseDescribed(TransferLine, JSON.parse(text))
    if (parsed.success) return parsed.data
    throw new Error(
      problemsOf(parsed.error)
        .map(({ message }) => message)
        .join('; '),
    )
  } catch (error) {
    throw new Error(`${position} is not a document of an export: ${reasonOf(error)}`)
  }
}
