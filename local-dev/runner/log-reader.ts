import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

/** What is held at a time. */
const chunkBytes = 64 * 1024
/** A log that is longer when it is first read is read from so far before its end: some 10,000 lines. */
const maxPastBytes = 1024 * 1024
/** A longer line comes in parts. In characters. */
const maxLineLength = 64 * 1024

/**
 * Makes lines of what a program prints, piece by piece, as it would look on a terminal: of a line that was overwritten its
 * last state, without colours and control characters. `fromMiddle`: it does not begin with a line's beginning.
 */
export const createLogLines = (fromMiddle = false) => {
  const decoder = new StringDecoder('utf8')
  let isFirst = fromMiddle
  let rest = ''
  return {
    /** The lines that this piece completes. */
    *write(bytes: Uint8Array): Generator<string> {
      const text = decoder.write(bytes)
      rest += isFirst ? withoutPartialLine(text) : text
      isFirst = false
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      yield* lines.map(plainText)
      if (rest.length > maxLineLength) rest = currentState(rest)
      while (rest.length > maxLineLength) {
        const end = isHighSurrogate(rest, maxLineLength - 1) ? maxLineLength - 1 : maxLineLength
        yield plainText(rest.slice(0, end))
        rest = rest.slice(end)
      }
    },
    /** What stands in a last line that has no end yet. */
    *end(): Generator<string> {
      if (rest !== '') yield plainText(rest)
      rest = ''
    },
  }
}

/**
 * Reads a log that grows, as `tail -f` does, piece by piece: each call gives the lines that were completed since the
 * last, or, with `toTheEnd`, also what is in the last line. A missing log is empty; of a long one the beginning is left
 * out, and a line says so.
 */
export const createLogReader = (path: string) => {
  let position: number | undefined
  let lines = createLogLines()

  /** Where to begin, and what is to be said of it. */
  const begin = (size: number): string[] => {
    // One that has become shorter was cut: what was in the middle of it is gone.
    if (position !== undefined && position <= size) return []
    const left = Math.max(0, size - maxPastBytes)
    position = left
    lines = createLogLines(left > 0)
    return left > 0
      ? [`… the first ${(left / 1e6).toFixed(1)} MB are left out; more of it is in ${path}`]
      : []
  }

  return async function* (toTheEnd: boolean): AsyncGenerator<string> {
    const file = await open(path).catch(() => undefined)
    if (file)
      try {
        const { size } = await file.stat()
        yield* begin(size)
        for await (const bytes of chunks(file, position ?? 0, size)) {
          position = (position ?? 0) + bytes.length
          yield* lines.write(bytes)
        }
      } finally {
        await file.close()
      }
    if (toTheEnd) yield* lines.end()
  }
}

/** What is in a file from one position to another, which may be less by now. */
async function* chunks(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let position = from; position < to; ) {
    const length = Math.min(chunkBytes, to - position)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}

const isHighSurrogate = (text: string, at: number) => /[\ud800-\udbff]/.test(text.charAt(at))

/** Where reading began in the middle: half a line, or half a character, is not shown. */
const withoutPartialLine = (text: string): string => {
  const at = text.search(/[\r\n]/)
  return at >= 0 ? text.slice(at + 1) : text.replace(/^\uFFFD+/, '')
}

/** Programs go back to the beginning of a line with a carriage return, or with these sequences (`\e[G`, `\e[2K`). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are made of
const toBeginning = /\u001b\[(?:[01]?G|2K)/g

/** Of a line that was overwritten from its beginning, what was written last; a return at its end is kept. */
const currentState = (line: string): string => {
  const states = line.replace(toBeginning, '\r').split('\r')
  const last = states.findLast((state) => state !== '') ?? ''
  return states.at(-1) === '' ? `${last}\r` : last
}

const plainText = (line: string) => stripVTControlCharacters(currentState(line)).replace(/[^\P{Cc}\t]/gu, '')
