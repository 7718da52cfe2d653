import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SecretStore } from '../../driver'
import { codeOf } from './lock-file'
import { privateFileMode } from './private-files'
import { syncFolders } from './sync-folders'

const secretBytes = 32

/** A file of random bytes that only its user can read. Whatever the durability: with another one, tokens would be void. */
export const secretFile = (path: string): SecretStore => {
  const read = (): Uint8Array | undefined => {
    const found = contentOf(path)
    if (found === undefined || found.length === secretBytes) return found
    throw new Error(
      `${path} does not hold ${secretBytes} bytes: put it back from a backup, or remove it, and the session tokens of before are void`,
    )
  }
  return {
    read: async () => read(),
    async create() {
      const before = read()
      if (before) return before
      const draft = `${path}.${process.pid}.tmp`
      const made = randomBytes(secretBytes)
      writeDurably(draft, made)
      renameSync(draft, path)
      syncFolders(dirname(path))
      return made
    },
  }
}

const contentOf = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const writeDurably = (path: string, bytes: Uint8Array): void => {
  const file = openSync(path, 'w', privateFileMode)
  try {
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
