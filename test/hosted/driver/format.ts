// What happens to what another version has stored in an object.
import type { DurableObjectStorage } from '@cloudflare/workers-types'
import { describe, expect, it } from 'vitest'
import { durableObjectDriver } from '../../../storage/drivers/durable-object/driver'
import { createTables } from '../../../storage/drivers/durable-object/tables'

const task = { id: 'task_1', projectId: 'proj_1', title: 'old', createdAt: 5, updatedAt: 6 }
const nothing = async () => undefined
const noMirror = { put: nothing, delete: nothing, mark: nothing }

/** `stored`: the storage of the object in which a test runs; `failing`: the same, whose transactions fail at their end. */
export const formatTests = (
  stored: () => DurableObjectStorage,
  failing: () => DurableObjectStorage,
): void => {
  const open = (storage: DurableObjectStorage) =>
    durableObjectDriver({ storage, mirror: noMirror, clock: Date.now })

  /** Stores documents as an earlier version has, whose tables have no number. */
  const storeUnnumbered = (documents: readonly (Record<string, unknown> & { id: string })[]) => {
    const { sql } = stored()
    createTables(sql)
    for (const document of documents)
      sql.exec(
        `INSERT INTO documents (key, kind, id, created, fields, json) VALUES (?, 'tasks', ?, 5, '{}', ?)`,
        ...[`tasks:proj_1:${document.id}`, document.id, JSON.stringify(document)],
      )
  }

  const storedTask = () => stored().sql.exec<{ json: string }>('SELECT json FROM documents').one().json

  describe('what an earlier version has stored', () => {
    it('is brought up to date once, indexes and all; what is no entity is set aside, and nothing else', () => {
      storeUnnumbered([
        { ...task, status: 'pending', timeline: [] },
        { id: 'task_2', title: 7 },
      ])
      for (const time of ['first', 'second']) {
        const { documents, status } = open(stored())
        const found = documents.list('tasks', { status: 'todo' }).map((entry) => entry.read())
        const current = { ...task, status: 'todo', sessionIds: [], priority: 'medium' }
        expect([time, ...found]).toMatchObject([time, current])
        expect(documents.count('tasks')).toBe(1)
        expect(status?.().quarantined).toEqual([
          { file: 'quarantine, key tasks:proj_1:task_2', reason: expect.stringContaining('title') },
        ])
      }
    })

    it('is found by what it could not be found by in that version', () => {
      storeUnnumbered([])
      const session = { id: 'sess_2', projectId: 'proj_1', startedAt: 5, metadata: { spawnedBy: 'sess_1' } }
      stored().sql.exec(
        `INSERT INTO documents (key, kind, id, created, fields, json) VALUES (?, 'sessions', ?, 5, '{}', ?)`,
        ...['sessions:sess_2', session.id, JSON.stringify({ ...session, status: 'idle' })],
      )
      stored().sql.exec('INSERT INTO format (single, format) VALUES (1, 2)')
      const { documents } = open(stored())
      expect(documents.list('sessions', { parentSessionId: 'sess_1' }).map(({ id }) => id)).toEqual([
        'sess_2',
      ])
    })

    it('stays as it was, and is done again, where the object ended in the middle', () => {
      storeUnnumbered([{ ...task, status: 'pending' }])
      expect(() => open(failing())).toThrow('the disk is full')
      expect(storedTask()).toContain('"pending"')
      expect(open(stored()).documents.count('tasks', { status: 'todo' })).toBe(1)
    })
  })

  it('what a later version has stored is refused by its number, and left alone', () => {
    storeUnnumbered([{ ...task, status: 'someday' }])
    stored().sql.exec('INSERT INTO format (single, format) VALUES (1, 7)')
    expect(() => open(stored())).toThrow(
      /was written by a later Maestro Server \(format 7, this one knows 3\)/,
    )
    expect(storedTask()).toContain('"someday"')
  })
}
