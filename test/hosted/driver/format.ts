// What happens to what another version has stored in an object.
import type { DurableObjectStorage } from '@cloudflare/workers-types'
import { describe, expect, it } from 'vitest'
import { durableObjectDriver } from '../../../storage/drivers/durable-object/driver'
import { createTables } from '../../../storage/drivers/durable-object/tables'
import { createProject } from '../../../storage/rules/projects'
import { createSession, updateSession } from '../../../storage/rules/sessions'
import { createTask } from '../../../storage/rules/tasks'
import { type Answers, expectAnswers } from '../../drivers/answers'
import { everything, open as openWorkspace } from '../../drivers/open'
import answersOf010 from '../format-1/answers.json'
import objectOf010 from '../format-1/object.json'

const task = { id: 'task_1', projectId: 'proj_1', title: 'old', createdAt: 5, updatedAt: 6 }
const nothing = async () => undefined
const noMirror = { put: nothing, delete: nothing, mark: nothing }

/** What version 1.0 did not know. */
const ofTaskBefore = {
  parentId: null,
  description: '',
  priority: 'medium',
  startedAt: null,
  completedAt: null,
  initialPrompt: '',
  skillIds: [],
  agentIds: [],
  dependencies: [],
}
const ofSessionBefore = ({ id, startedAt }: { id: string; startedAt: number }) => ({
  name: `Session ${id}`,
  env: {},
  strategy: 'simple',
  lastActivity: startedAt,
  completedAt: null,
  hostname: '',
  platform: '',
  events: [],
  timeline: [],
  metadata: null,
})

/** In an object, version 0.1.0 answered documents of version 1.0 as they were. */
const inPresentWords = (answers: Answers): Answers => ({
  ...answers,
  '/api/tasks': answersOf010['/api/tasks'].map(({ timeline: _, ...task }) =>
    task.status === 'pending' ? { ...ofTaskBefore, ...task, status: 'todo' } : task,
  ),
  '/api/sessions': answersOf010['/api/sessions'].map(({ taskId, ...session }) =>
    taskId === undefined
      ? session
      : { ...ofSessionBefore(session), ...session, taskIds: [taskId], status: 'working' },
  ),
})

/**
 * `stored`: the storage of the object in which a test runs; `failing`: the same, whose transactions fail at their end;
 * `endingAfter`: the same, in which so many statements are run and no more.
 */
export const formatTests = (
  stored: () => DurableObjectStorage,
  failing: () => DurableObjectStorage,
  endingAfter: (statements: number) => DurableObjectStorage,
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

  /** Stores what version 0.1.0 had stored in an object, tables and all. */
  const storeObjectOf010 = () => {
    const { sql } = stored()
    for (const statement of objectOf010.schema) sql.exec(statement)
    for (const [table, rows] of Object.entries<readonly unknown[][]>(objectOf010.rows))
      for (const values of rows)
        sql.exec(`INSERT INTO ${table} VALUES (${values.map(() => '?').join()})`, ...values)
  }

  /** Everything in the tables, but what an object keeps of itself. */
  const contents = () => {
    const { sql } = stored()
    const tables = sql
      .exec<{ name: string; sql: string | null }>(`SELECT name, sql FROM sqlite_master ORDER BY name`)
      .toArray()
    const rows = tables
      .filter(({ name, sql }) => sql?.startsWith('CREATE TABLE') && !name.startsWith('_cf'))
      .map(({ name }) => [name, sql.exec(`SELECT * FROM ${name}`).toArray()])
    return JSON.stringify([tables, rows])
  }

  describe('an object of version 0.1.0', () => {
    it('has everything that was answered, legacy values in their present words, and goes on', async () => {
      storeObjectOf010()
      const { workspace } = await openWorkspace(open(stored()))
      await expectAnswers(workspace, inPresentWords(answersOf010))
      await workspace.change((tx) => createProject(tx, { name: 'new' }, '/'))
      const all = await everything(workspace)
      const { workspace: again } = await openWorkspace(open(stored()))
      expect(await everything(again)).toEqual(all)
    })

    it('is no longer one that version 0.1.0 opens: what it does first fails', () => {
      storeObjectOf010()
      open(stored())
      const before = contents()
      expect(() => stored().sql.exec(objectOf010.opening)).toThrow('views may not be indexed')
      expect(contents()).toBe(before)
    })

    it('is as it was where the object ended in the middle of the upgrade, and the next start goes on', async () => {
      storeObjectOf010()
      const before = contents()
      expect(() => open(failing())).toThrow('the disk is full')
      expect(contents()).toBe(before)
      const { workspace } = await openWorkspace(open(stored()))
      await expectAnswers(workspace, inPresentWords(answersOf010))
    })
  })

  it('at whatever statement an upgrade ends, nothing of it is done or all, and the next start goes on', async () => {
    storeObjectOf010()
    const before = contents()
    const isWholeAfter = (statements: number) => {
      try {
        open(endingAfter(statements))
        return true
      } catch (error) {
        expect(String(error)).toContain('the object has ended')
        return false
      }
    }
    let statements = 0
    while (!isWholeAfter(statements) && contents() === before) statements++
    // A statement for each of the documents at least.
    expect(statements).toBeGreaterThan(objectOf010.rows.documents.length)
    const { workspace } = await openWorkspace(open(stored()))
    await expectAnswers(workspace, inPresentWords(answersOf010))
  })

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

    it('has the entries of a long session in rows of their own then, and nothing else of it has changed', () => {
      storeUnnumbered([])
      const timeline = Array.from({ length: 300 }, (_, n) => ({
        id: `e${n}`,
        type: 'progress',
        timestamp: n,
      }))
      const session = {
        ...{ id: 'sess_3', projectId: 'proj_1', taskIds: [], name: 'n', env: {}, strategy: 'simple' },
        ...{ status: 'idle', startedAt: 5, lastActivity: 5, completedAt: null, hostname: '', platform: '' },
        ...{ events: [], timeline, metadata: null, parentSessionId: null },
      }
      const json = JSON.stringify(session)
      stored().sql.exec(
        `INSERT INTO documents (key, kind, id, created, fields, json) VALUES (?, 'sessions', ?, 5, '{}', ?)`,
        ...['sessions:sess_3', session.id, json],
      )
      stored().sql.exec('INSERT INTO format (single, format) VALUES (1, 3)')
      expect(() => open(failing())).toThrow('the disk is full')
      expect(storedTask()).toBe(json)
      for (const _time of ['first', 'second']) {
        const driver = open(stored())
        expect(driver.getItem('sessions:sess_3', {})).toBe(json)
        expect(driver.documents.get('sessions', 'sess_3')?.json).toBe(json)
        expect(storedTask()).not.toContain('e299')
        expect(stored().sql.exec<{ count: number }>('SELECT count(*) AS count FROM items').one().count).toBe(
          300,
        )
      }
    })

    it('is found by whether it is ready then, and a long session keeps its entries', async () => {
      const { workspace } = await openWorkspace(open(stored()))
      const ids = await workspace.change((tx) => {
        const projectId = createProject(tx, { name: 'p' }, '/').id
        const first = createTask(tx, { projectId, title: 'first' }).id
        return {
          first,
          second: createTask(tx, { projectId, title: 't', dependencies: [first] }).id,
          projectId,
        }
      })
      const { id: sessionId } = await workspace.change((tx) =>
        createSession(tx, { projectId: ids.projectId, taskIds: [] }, { hostname: '', platform: '' }),
      )
      const entries = Array.from({ length: 300 }, (_, n) => ({ type: 'progress' as const, message: `m${n}` }))
      await workspace.change((tx) => updateSession(tx, sessionId, { timeline: entries }))
      const all = await everything(workspace)
      const { sql } = stored()
      sql.exec('ALTER TABLE documents DROP COLUMN work')
      sql.exec(
        `DELETE FROM fields WHERE field IN ('stage', 'unfinishedIn', 'claimedBy', 'strategy', 'ready', 'waits')`,
      )
      sql.exec(`UPDATE documents SET fields = '{}'`)
      sql.exec('UPDATE format SET format = 4')
      sql.exec('DELETE FROM mirror_outbox')
      for (const _time of ['first', 'second']) {
        const { documents } = open(stored())
        const found = (where: object) => documents.list('tasks', { ...where }).map(({ id }) => id)
        expect(found({ ready: 'medium' })).toEqual([ids.first])
        expect(found({ waits: ids.projectId })).toEqual([ids.second])
      }
      const { workspace: again } = await openWorkspace(open(stored()))
      expect(await everything(again)).toEqual(all)
      expect(sql.exec('SELECT key FROM mirror_outbox').toArray()).toEqual([])
    })

    it('stays as it was, and is done again, where the object ended in the middle', () => {
      storeUnnumbered([{ ...task, status: 'pending' }])
      expect(() => open(failing())).toThrow('the disk is full')
      expect(storedTask()).toContain('"pending"')
      expect(open(stored()).documents.count('tasks', { status: 'todo' })).toBe(1)
    })
  })

  it('what a later version has stored is refused by its number, and left alone', () => {
    storeObjectOf010()
    stored().sql.exec('CREATE TABLE format (single INTEGER PRIMARY KEY, format INTEGER NOT NULL)')
    stored().sql.exec('INSERT INTO format (single, format) VALUES (1, 7)')
    const before = contents()
    expect(() => open(stored())).toThrow(
      /was written by a later Maestro Server \(format 7, this one knows 5\)/,
    )
    expect(contents()).toBe(before)
  })
}
