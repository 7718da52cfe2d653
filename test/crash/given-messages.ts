import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrusted } from '../../schemas/json-text'

/** How often an agent was given each message, from the histories that agents keep in a folder. */
export const givenIn = (history: string): Map<string, number> => {
  const times = new Map<string, number>()
  for (const name of readdirSync(history)) {
    const lines = readFileSync(join(history, name), 'utf8').split('\n')
    for (const line of lines.filter((line) => line !== '')) {
      const { role, text = '' } = parseTrusted<{ role: string; text?: string }>(line)
      if (role !== 'user') continue
      for (const [, id = ''] of text.matchAll(/\[(msg_\w+) from /g)) times.set(id, (times.get(id) ?? 0) + 1)
    }
  }
  return times
}
