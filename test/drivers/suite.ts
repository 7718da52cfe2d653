// What a workspace holds, over every driver.

import { createStorage, prefixStorage, snapshot } from 'unstorage'
import { describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import type { WorkspaceDriver } from '../../storage/driver'
import { keepAnswer } from '../../storage/rules/answers'
import { updateProject } from '../../storage/rules/projects'
import { addSessionEvent, createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import { createTask, deleteTask } from '../../storage/rules/tasks'
import { transferLines } from '../../storage/rules/transfer'
import type { Workspace } from '../../storage/workspace'
import { playHistories } from './histories'
import { everything, open } from './open'
import { fillWorkspace, machine, oneSided, session, stored } from './sample-data'

/** A driver under test. */
export interface SuiteOptions {
  name: string
  /** A new, empty store. */
  createStore(): {
    /** The driver on it, once the one before is closed. */
    open(): WorkspaceDriver | Promise<WorkspaceDriver>
    /** The driver on what a crash at this moment would leave there. */
    openAfterCrash?(): WorkspaceDriver
  }
  /** Makes the next writes fail, in the middle of what they write, until `repairDisk` is called. */
  breakDisk(): void
  repairDisk(): void
  /** What the driver cannot do, and why. */
  skips: { reopening?: string; crash?: string; eventLog?: string }
}

export const suite = ({ name, createStore, breakDisk, repairDisk, skips }: SuiteOptions): void => {
  const start = async () => {
    const store = createStore()
    const reopen = async () => open(await store.open())
    const opened = await reopen()
    return { ...opened, ...(await fillWorkspace(opened.workspace)), here: store, reopen }
  }

  describe(`a workspace over ${name}`, () => {
    it('has everything after it is closed and opened again, lists in the same order', async (context) => {
      if (skips.reopening) context.skip(skips.reopening)
      const { workspace, reopen } = await start()
      const before = await everything(workspace)
      await workspace.close()
      const again = await reopen()
      expect(Object.entries(await everything(again.workspace))).toEqual(Object.entries(before))
      await again.workspace.close()
    })

    it('knows again what it has answered, and shows that to nobody', async (context) => {
      if (skips.reopening) context.skip(skips.reopening)
      const { workspace, reopen } = await start()
      const answer = { content: 'c', status: 201, headers: { ETag: '"e"' }, json: '{"a":"ü"}' }
      await workspace.change((tx) => keepAnswer(tx, { id: 'kept-1_a', ...answer }))
      await workspace.close()
      const again = await reopen()
      const kept = await again.workspace.read((documents) => documents.get('answers', 'kept-1_a')?.read())
      expect(kept).toMatchObject(answer)
      expect(await again.workspace.read((documents) => [...transferLines(documents)].join())).not.toContain(
        'kept-1_a',
      )
      await again.workspace.close()
    })

    it('remembers every event, and numbers on where it left off', async (context) => {
      const reason = skips.reopening ?? skips.eventLog
      if (reason) context.skip(reason)
      const { workspace, projectId, published, reopen } = await start()
      await workspace.close()
      const again = await reopen()
      expect(again.workspace.lastEvent()).toBe(published.length)
      await again.workspace.change((tx) => updateProject(tx, projectId, { name: 'after' }))
      expect(again.published.map(({ number }) => number)).toEqual([published.length + 1])
      const expected = [...published, ...again.published].map(({ number, name, rooms }) => ({
        number,
        name,
        rooms,
      }))
      expect(await again.workspace.eventsSince(0)).toMatchObject(expected)
      expect(await again.workspace.eventsSince(10)).toMatchObject(expected.slice(10))
      await again.workspace.close()
    })

    it('has all of every change whose event was published, whenever it crashes', async (context) => {
      if (skips.crash) context.skip(skips.crash)
      const { workspace, projectId, here: store } = await start()
      const moments: { expected: number; driver: WorkspaceDriver }[] = []
      workspace.subscribe(({ name }) => {
        if (name === 'session:created' && store.openAfterCrash)
          moments.push({ expected: moments.length + 1, driver: store.openAfterCrash() })
      })
      const sessions = (documents: Record<string, unknown>) =>
        Object.keys(documents).filter((key) => key.startsWith('sessions:')).length
      const before = sessions(await everything(workspace))
      const changes = Array.from({ length: 12 }, (_, n) =>
        workspace.change(function* (tx) {
          const taskIds = [1, 2].map(() => createTask(tx, { projectId, title: `of ${n}` }).id)
          yield* createSession(tx, { projectId, taskIds }, machine)
        }),
      )
      await Promise.all(changes)
      expect(moments).toHaveLength(12)
      for (const { expected, driver } of moments) {
        const found = await stored({ driver })
        expect(sessions(found)).toBeGreaterThanOrEqual(before + expected)
        expect(oneSided(found)).toEqual([])
        await driver.dispose?.()
      }
      await workspace.close()
    })

    it('keeps a history that was only appended to, to the last entry', async (context) => {
      if (skips.reopening) context.skip(skips.reopening)
      const { workspace, sessionId, reopen } = await start()
      for (let round = 0; round < 100; round++)
        await workspace.change((tx) =>
          addSessionEvent(tx, sessionId, { type: 'turn', data: `${round}`.repeat(50) }),
        )
      await workspace.close()
      const again = await reopen()
      const { events } = await session(again.workspace, sessionId)
      expect(events.map(({ data }) => data)).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`.repeat(50)))
      await again.workspace.close()
    })

    it('keeps what histories became, by whatever came together', async () => {
      const store = createStore()
      const { workspace } = await open(await store.open())
      const reopen = async (before: Workspace) => {
        await before.close()
        return (await open(await store.open())).workspace
      }
      await playHistories({
        name,
        workspace,
        reopen: skips.reopening ? undefined : reopen,
        async whileBroken(run) {
          breakDisk()
          await run()
          repairDisk()
          await new Promise((resolve) => setImmediate(resolve))
        },
      })
    })

    it('shows itself to everything that is made for unstorage', async () => {
      const { workspace, driver, projectId } = await start()
      const storage = createStorage({ driver: driver })
      const all = await everything(workspace)
      expect((await storage.getKeys()).sort()).toEqual(Object.keys(all).sort())
      expect(await storage.getItem(`projects:${projectId}`)).toEqual(all[`projects:${projectId}`])
      expect(await storage.hasItem(`projects:${projectId}`)).toBe(true)
      expect(await storage.hasItem('projects:proj_none')).toBe(false)
      expect(await storage.getItem('projects:proj_none')).toBe(null)
      expect(await prefixStorage(storage, 'projects').getKeys()).toEqual([projectId])
      expect(await snapshot(storage, 'tasks')).toEqual(
        Object.fromEntries(
          Object.entries(all)
            .filter(([key]) => key.startsWith('tasks:'))
            .map(([key, task]) => [key.slice('tasks:'.length), task]),
        ),
      )
      await workspace.close()
    })

    it('takes documents that come in through unstorage', async (context) => {
      if (skips.reopening) context.skip(skips.reopening)
      const { workspace, driver, projectId, reopen } = await start()
      const storage = createStorage({ driver: driver })
      const project = { id: 'proj_copied', name: 'copied', workingDir: '/', createdAt: 1, updatedAt: 1 }
      await storage.setItem('projects:proj_copied', project)
      expect(await storage.getItem('projects:proj_copied')).toEqual(project)
      await storage.removeItem(`projects:${projectId}`)
      expect(await storage.hasItem(`projects:${projectId}`)).toBe(false)
      await workspace.close()
      const again = await reopen()
      const keys = Object.keys(await everything(again.workspace))
      expect(keys.filter((key) => key.startsWith('projects:'))).toEqual(['projects:proj_copied'])
      await again.workspace.close()
    })

    it('does nothing at all when a rule throws, however far it came', async () => {
      const { workspace, driver, projectId, taskId, sessionId, published } = await start()
      const before = await everything(workspace)
      const events = published.length
      const halfway = workspace.change(function* (tx) {
        updateProject(tx, projectId, { name: 'half' })
        yield* deleteTask(tx, taskId)
        yield* deleteSession(tx, sessionId)
        throw new Error('halfway')
      })
      await expect(halfway).rejects.toThrow('halfway')
      expect(await everything(workspace)).toEqual(before)
      expect(await stored({ driver })).toEqual(before)
      expect(published).toHaveLength(events)
      await workspace.close()
    })

    it('does nothing at all when the disk fails in the middle, and works again after', async () => {
      const { workspace, driver, projectId, taskId, published } = await start()
      const before = await everything(workspace)
      const events = published.length
      breakDisk()
      const changes = [
        workspace.change((tx) => deleteTask(tx, taskId)),
        workspace.change((tx) => updateProject(tx, projectId, { name: 'lost' })),
        workspace.change((tx) => createTask(tx, { projectId, title: 'lost' })),
      ]
      for (const result of await Promise.allSettled(changes))
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { code: 'STORAGE_UNAVAILABLE', status: 503 },
        })
      repairDisk()
      expect(await everything(workspace)).toEqual(before)

      await new Promise((resolve) => setImmediate(resolve))
      await workspace.change((tx) => updateProject(tx, projectId, { name: 'after' }))
      expect(published.slice(events)).toMatchObject([{ number: events + 1, name: 'project:updated' }])
      expect(await stored({ driver })).toEqual(await everything(workspace))
      await workspace.close()
    })

    it('loses none of two hundred changes that reach one entity at once', async () => {
      const { workspace, sessionId } = await start()
      const { timeline } = await session(workspace, sessionId)
      const additions = Array.from({ length: 200 }, (_, n) => `${n}`)
      await Promise.all(
        additions.map((message) =>
          workspace.change((tx) =>
            updateSession(tx, sessionId, {
              timeline: [{ type: 'progress', message }],
              metadata: { [message]: 1 },
            }),
          ),
        ),
      )
      const after = await session(workspace, sessionId)
      expect(after.timeline.slice(timeline.length).map(({ message }) => message)).toEqual(additions)
      expect(Object.keys(after.metadata ?? {})).toHaveLength(200)
      await workspace.close()
    })

    it('publishes changes in their order, each when it is stored', async () => {
      const { workspace, driver, projectId, published } = await start()
      const known = published.length
      const names = Array.from({ length: 50 }, (_, n) => `name ${n}`)
      const seen: unknown[] = []
      workspace.subscribe(() => seen.push(driver.getItem(`projects:${projectId}`, {})))
      await Promise.all(names.map((name) => workspace.change((tx) => updateProject(tx, projectId, { name }))))
      const expected = published
        .slice(known)
        .map(({ number, data }) => [number, parseTrusted<{ name: string }>(data).name])
      expect(expected).toEqual(names.map((name, n) => [known + n + 1, name]))
      // When an event comes, the driver has that state, or one that came after it.
      const states = (await Promise.all(seen)).map((json) =>
        names.indexOf(parseTrusted<{ name: string }>(String(json)).name),
      )
      for (const [n, state] of states.entries()) expect(state).toBeGreaterThanOrEqual(n)
      await workspace.close()
    })
  })
}
