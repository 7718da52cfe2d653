/** The console as it lies beside the server's program. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Console, ConsoleFile } from '../../functions/services/console'

const pack = promisify(gzip)

const isOurs = (name: string) => /^console(?:-[\w-]+)?\.(?:html|js|css)$/.test(name)

/**
 * Reads a build's console once, when somebody looks at it first; from then on it is in memory: a later build does not
 * change what this server serves. Undefined where it is not built, as in tests that run from the sources.
 */
export const folderConsole = (folder: string): Console | undefined => {
  const names = readdirSync(folder).filter(isOurs)
  if (!names.includes('console.html')) return undefined
  const files = new Map<string, Promise<ConsoleFile>>()
  const read = async (name: string): Promise<ConsoleFile> => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)))
    return { bytes, gzip: new Uint8Array(await pack(bytes)) }
  }
  return {
    async file(name) {
      if (!names.includes(name)) return undefined
      const known = files.get(name) ?? read(name)
      files.set(name, known)
      return known
    },
  }
}
