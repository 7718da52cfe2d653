import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

/** A piece of a log that is read at once, in bytes. */
const piece = 64 * 1024

/**
 * Reads a log that grows: each call gives the lines that were completed since the last, or, with `toTheEnd`, also
 * what stands in the last line. What tells a terminal how to paint is left out. A log that is not there is empty.
 */
export const logReader = (path: string) => {
  const decoder = new StringDecoder('utf8')
  let position = 0
  let rest = ''
  return async (toTheEnd: boolean): Promise<string[]> => {
    rest += await readFrom(path, position, decoder, (next) => {
      position = next
    })
    const lines = rest.split(/\r*\n/)
    const last = lines.pop() ?? ''
    rest = toTheEnd ? '' : last
    return [...lines, ...(toTheEnd && last !== '' ? [last] : [])].map(plain)
  }
}

/** A line that was overwritten from its beginning is what was written last. */
const plain = (line: string) =>
  stripVTControlCharacters(line)
    .replace(/.*\r/, '')
    .replace(/[^\P{Cc}\t]/gu, '')

const readFrom = async (
  path: string,
  from: number,
  decoder: StringDecoder,
  moved: (position: number) => void,
): Promise<string> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    let [text, position] = ['', from]
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(piece), 0, piece, position)
      if (bytesRead === 0) return text
      text += decoder.write(buffer.subarray(0, bytesRead))
      position += bytesRead
      moved(position)
    }
  } finally {
    await file.close()
  }
}
