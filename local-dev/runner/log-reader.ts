import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'

const chunkBytes = 64 * 1024

/**
 * Reads a log that grows, as `tail -f` does: each call returns the lines that were completed since the last, or,
 * with `toTheEnd`, also what is in the last line. Control characters and colours are removed. A missing log is empty.
 */
export const createLogReader = (path: string) => {
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
    return [...lines, ...(toTheEnd && last !== '' ? [last] : [])].map(plainText)
  }
}

/** A line that was overwritten from its beginning is what was written last. */
const plainText = (line: string) =>
  stripVTControlCharacters(line)
    .replace(/.*\r/, '')
    .replace(/[^\P{Cc}\t]/gu, '')

const readFrom = async (
  path: string,
  from: number,
  decoder: StringDecoder,
  onRead: (position: number) => void,
): Promise<string> => {
  const file = await open(path).catch(() => undefined)
  if (!file) return ''
  try {
    let [text, position] = ['', from]
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, position)
      if (bytesRead === 0) return text
      text += decoder.write(buffer.subarray(0, bytesRead))
      position += bytesRead
      onRead(position)
    }
  } finally {
    await file.close()
  }
}
