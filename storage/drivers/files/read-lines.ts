import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { withoutByteOrderMark } from '../../../schemas/json-text'

/** Far below what a string can hold, which is 512 MB: a file may be larger. */
const pieceBytes = 8 * 1024 * 1024
/** What is read where nothing more is expected. */
const restBytes = 1024

/**
 * The lines of a file, each with whether bytes follow it, read piece by piece. What comes after the last line break is
 * no line. One that is too long for a string is empty.
 */
export function* readLines(path: string, maxPieceBytes = pieceBytes): Generator<Line> {
  const file = openSync(path, 'r')
  try {
    let beginning: Buffer[] = []
    let line: string | undefined
    let isFirst = true
    // No more than there is: most files are far shorter than a piece, and what is allocated makes V8 collect garbage.
    for (let left = fstatSync(file).size; ; ) {
      const piece = Buffer.allocUnsafe(Math.min(maxPieceBytes, Math.max(left, restBytes)))
      const bytes = piece.subarray(0, readSync(file, piece))
      if (bytes.length === 0) break
      left -= bytes.length
      let start = 0
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
        if (line !== undefined) yield { text: line, isLast: false }
        line = textOf([...beginning, bytes.subarray(start, end)])
        if (isFirst) line = withoutByteOrderMark(line)
        isFirst = false
        beginning = []
        start = end + 1
      }
      if (start < bytes.length) beginning.push(bytes.subarray(start))
    }
    if (line !== undefined) yield { text: line, isLast: beginning.length === 0 }
  } finally {
    closeSync(file)
  }
}

interface Line {
  text: string
  isLast: boolean
}

const textOf = (parts: readonly Buffer[]): string => {
  const [only] = parts
  const bytes = parts.length === 1 && only ? only : Buffer.concat(parts)
  try {
    return bytes.toString('utf8')
  } catch {
    return ''
  }
}
