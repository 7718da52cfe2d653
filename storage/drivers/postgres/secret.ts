import { randomBytes } from 'node:crypto'
import type { SecretStore } from '../../driver'
import { openConnection, type Query } from './connection'

const secretBytes = 32

/** Random bytes in the database. They are made once: whichever server comes first, all have the same. */
export const createSecret = (url: string, found: Uint8Array | undefined): SecretStore => ({
  read: async () => found,
  async create() {
    const { query, end } = await openConnection(url)
    try {
      await query(
        `INSERT INTO maestro.secrets (name, bytes) VALUES ('session-key', $1) ON CONFLICT DO NOTHING`,
        [randomBytes(secretBytes)],
      )
      const made = await readSecret(query)
      if (!made) throw new Error('the key of session tokens is not in the database')
      return made
    } finally {
      await end()
    }
  },
})

/** Undefined if there is none yet. */
export const readSecret = async (query: Query): Promise<Uint8Array | undefined> => {
  const [row] = await query<{ bytes: Uint8Array }>(
    `SELECT bytes FROM maestro.secrets WHERE name = 'session-key'`,
  )
  return row?.bytes
}
