/** What git notes of where a branch, or a HEAD, has been. */
import { readFile } from 'node:fs/promises'

interface Move {
  old: string
  next: string
  message: string
}

/** Oldest first, `{old} {new} {name} <{mail}> {time} {zone} TAB {message}` in each line; none where the file is not there. */
export const movesIn = async (path: string): Promise<Move[]> => {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').flatMap((line) => {
    const [, old, next, message = ''] =
      /^([\da-f]{40,64}) ([\da-f]{40,64}) [^\t]*(?:\t(.*))?$/.exec(line) ?? []
    return old === undefined || next === undefined ? [] : [{ old, next, message }]
  })
}
