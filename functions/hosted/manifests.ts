import { refuseTooLarge } from '../../storage/drivers/durable-object/row-limit'
import type { Manifests } from '../services/app-services'

/** Manifests in the object's SQLite. A session reads its own over the API of `serverUrl`. */
export const storedManifests = (storage: DurableObjectStorage, serverUrl: string): Manifests => {
  const { sql } = storage
  sql.exec('CREATE TABLE IF NOT EXISTS manifests (session TEXT PRIMARY KEY, json TEXT NOT NULL)')
  return {
    location: (sessionId) => `${serverUrl}/api/sessions/${sessionId}/manifest`,
    async write(sessionId, manifest) {
      const json = JSON.stringify(manifest)
      refuseTooLarge('The manifest', json)
      sql.exec('INSERT OR REPLACE INTO manifests (session, json) VALUES (?, ?)', sessionId, json)
      await storage.sync()
    },
    async remove(sessionId) {
      sql.exec('DELETE FROM manifests WHERE session = ?', sessionId)
    },
    async read(sessionId) {
      const found = sql.exec<{ json: string }>('SELECT json FROM manifests WHERE session = ?', sessionId)
      return found.toArray()[0]?.json
    },
  }
}
