import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecretStore } from '../../driver'
import { isMissing } from './error-code'
import { replaceDurably } from './replace-durably'

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
      const made = randomBytes(secretBytes)
      replaceDurably(path, `${path}.${process.pid}.tmp`, made)
      return made
    },
  }
}

const contentOf = (path: string): Uint8Array | undefined => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
