/**
 * What a session's process leaves on the disk, so that whichever runner comes later neither starts it again nor
 * forgets it: `process.json`, made by the process itself before it begins. Only one process can make it.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import {
  identityOf,
  livenessOf,
  ownIdentity,
  ProcessIdentity,
} from '../../storage/drivers/files/process-identity'

/** The process itself knows its number; who it is beyond that, the runner adds. */
const Gate = z.union([ProcessIdentity, z.object({ pid: z.int32().positive() })])
export type Gate = z.infer<typeof Gate>

/** How a process ends that comes second (EX_TEMPFAIL of sysexits.h). */
export const overtaken = 75

/**
 * A program for `sh`: `$1` is the gate, `$2` the command. Its process is the command's, so that their number is one,
 * and it leads a group of its own. Whoever comes second ends at once.
 */
export const throughGate = `(set -C; printf '{"pid":%d}' $$ > "$1") 2>/dev/null || exit ${overtaken}; exec sh -c "$2"`

export const gateOf = (folder: string): string => join(folder, 'process.json')

/** The process of a session; undefined if none was ever started. */
export const readGate = async (folder: string): Promise<Gate | undefined> => {
  try {
    return Gate.parse(JSON.parse(await readFile(gateOf(folder), 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    // Made, and not yet written: a moment later it is.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Notes who the process is, so that its number alone, which another may get, does not have to tell. */
export const noteIdentity = async (folder: string, pid: number): Promise<void> => {
  const draft = join(folder, '.process.json')
  await writeFile(draft, JSON.stringify(identityOf(pid)))
  await rename(draft, gateOf(folder))
}

/** Whether the process of a session still runs. */
export const isAlive = (gate: Gate): boolean => {
  if ('bootId' in gate) return livenessOf(gate, ownIdentity()) === 'alive'
  return livenessOf(identityOf(gate.pid), ownIdentity()) === 'alive'
}
