/** What lies in the database: documents as they were sent, events to catch up by, and what cannot be read. */

import { describe, expect, it, onTestFinished } from 'vitest'
import type { LoggedEvent } from '../../storage/event'
import { createProject, updateProject } from '../../storage/rules/projects'
import { createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { everything } from '../drivers/open'
import { machine } from '../drivers/sample-data'
import { sql } from './cluster'
import { databases, driverOn, openOn } from './databases'

describe.each(await databases())('the tables in $name', ({ create }) => {
  const start = async () => {
    const url = await create()
    const opened = await openOn(url)
    onTestFinished(() => opened.workspace.close().catch(() => undefined))
    return { ...opened, url }
  }
  const reopen = async (url: string) => {
    const opened = await openOn(url)
    onTestFinished(() => opened.workspace.close().catch(() => undefined))
    return opened
  }

  it('hold every document exactly as it is sent', async () => {
    const { workspace, url } = await start()
    const name = '\u0000 \ud800 🎼 \u2028 "quoted" \\ {a,b} NULL'
    const id = await workspace.change((tx) => createProject(tx, { name, description: '1.0' }, '/').id)
    const sent = await workspace.read((documents) => documents.get('projects', id)?.json)
    const rows = await sql(url, 'SELECT json FROM maestro.documents')
    expect(rows).toEqual([{ json: sent }])
    await workspace.close()
    expect(await everything((await reopen(url)).workspace)).toMatchObject({ [`projects:${id}`]: { name } })
  })

  it('take two hundred changes that come at once in a few transactions', async () => {
    const { workspace, url } = await start()
    await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        workspace.change((tx) => createProject(tx, { name: `${n}` }, '/')),
      ),
    )
    const [row] = await sql(url, 'SELECT commits FROM maestro.server')
    expect(Number(row?.commits)).toBeLessThan(20)
    expect(await workspace.eventsSince(0)).toHaveLength(200)
  })

  it('keep the last ten thousand events, in order, and not many more', async () => {
    const { driver, url } = await start()
    const event = (number: number): LoggedEvent => ({
      number,
      name: 'project:deleted',
      rooms: ['all'],
      data: '{}',
    })
    for (let first = 1; first <= 12_500; first += 500) {
      const events = Array.from({ length: 500 }, (_, n) => event(first + n))
      await driver.commit?.({ puts: [], removes: [], events })
    }
    const [kept] = await sql(
      url,
      'SELECT count(*)::int AS count, max(number)::int AS last FROM maestro.events',
    )
    expect(kept?.last).toBe(12_500)
    expect(kept?.count).toBeGreaterThanOrEqual(10_000)
    expect(kept?.count).toBeLessThan(12_000)
    const last = await driver.log?.since(2_500)
    expect(last?.map(({ number }) => number)).toEqual(Array.from({ length: 10_000 }, (_, n) => 2_501 + n))
    expect(await driver.log?.since(1)).toBeUndefined()
    expect(await driver.log?.since(12_500)).toEqual([])
    expect(await driver.log?.since(12_501)).toBeUndefined()
  })

  it('lose nothing to a document that cannot be read: it is set aside, logged, and the rest served', async () => {
    const { workspace, url } = await start()
    const id = await workspace.change((tx) => createProject(tx, { name: 'well' }, '/').id)
    await workspace.close()
    const broken = { text: '{"id":', entity: '{"id":"proj_b"}' }
    await sql(url, 'INSERT INTO maestro.documents VALUES ($1, $2), ($3, $4)', [
      ...['projects:proj_a', broken.text],
      ...['projects:proj_b', broken.entity],
    ])
    const next = await openOn(url)
    expect(Object.keys(await everything(next.workspace))).toEqual([`projects:${id}`])
    expect(next.logged.map(({ message }) => message)).toEqual(
      Array(2).fill('A stored document cannot be read and was set aside'),
    )
    const files = ['proj_a', 'proj_b'].map((broken) => `maestro.quarantine, key projects:${broken}`)
    expect(next.workspace.status().quarantined.map(({ file }) => file)).toEqual(files)
    await next.workspace.close()
    expect(await sql(url, 'SELECT key, json FROM maestro.quarantine ORDER BY key')).toEqual([
      { key: 'projects:proj_a', json: broken.text },
      { key: 'projects:proj_b', json: broken.entity },
    ])
    expect((await reopen(url)).logged).toEqual([])
  })

  it('serve what was put right by hand while no server was running', async () => {
    const { workspace, url } = await start()
    const id = await workspace.change((tx) => createProject(tx, { name: 'before' }, '/').id)
    await workspace.close()
    await sql(url, `UPDATE maestro.documents SET json = replace(json, 'before', 'by hand')`)
    const next = await reopen(url)
    expect(await everything(next.workspace)).toMatchObject({ [`projects:${id}`]: { name: 'by hand' } })
  })

  it('hold a long session in rows: to append to it writes what is appended, also after a restart', async () => {
    const { workspace, url } = await start()
    const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
    await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'long' }, machine))
    const append = (on: Workspace, messages: number[]) =>
      on.change((tx) =>
        updateSession(tx, 'long', {
          timeline: messages.map((message) => ({ type: 'progress' as const, message: `${message} \u0000` })),
        }),
      )
    await append(
      workspace,
      Array.from({ length: 100 }, (_, n) => n),
    )
    // Which transaction wrote each.
    const rows = () =>
      sql(url, 'SELECT list, position, json, xmin::text FROM maestro.items ORDER BY list, position')
    const before = await rows()
    expect(before).toHaveLength(100)
    await append(workspace, [100])
    await workspace.change((tx) => updateSession(tx, 'long', { name: 'new' }))
    await Promise.all([append(workspace, [101, 102]), append(workspace, [103])])
    expect((await rows()).slice(0, 100)).toEqual(before)
    const all = await everything(workspace)
    await workspace.close()

    const second = await reopen(url)
    expect(await everything(second.workspace)).toEqual(all)
    await append(second.workspace, [104])
    const after = await rows()
    expect(after.slice(0, 100)).toEqual(before)
    expect(after.map(({ position }) => Number(position))).toEqual(Array.from({ length: 105 }, (_, n) => n))
    await second.workspace.change((tx) => deleteSession(tx, 'long'))
    expect(await rows()).toEqual([])
    expect(second.logged).toEqual([])
  })

  it('have what is left of a long session of which somebody deleted rows, and go on from that', async () => {
    const { workspace, url } = await start()
    const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
    await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id: 'long' }, machine))
    const append = (on: Workspace, count: number) =>
      on.change((tx) =>
        updateSession(tx, 'long', {
          timeline: Array.from({ length: count }, (_, n) => ({ type: 'progress' as const, message: `${n}` })),
        }),
      )
    await append(workspace, 100)
    await workspace.close()
    await sql(url, 'DELETE FROM maestro.items WHERE position = 50')
    const second = await reopen(url)
    await append(second.workspace, 2)
    const all = await everything(second.workspace)
    expect(all['sessions:long']).toHaveProperty('timeline.length', 101)
    await second.workspace.close()
    expect(await everything((await reopen(url)).workspace)).toEqual(all)
  })

  it.each([
    ['no entry', '{"type":"nonsense"}'],
    ['no JSON', '{'],
  ])('set a long session aside, alone and whole, where one of its entries is %s', async (_, entry) => {
    const { workspace, url } = await start()
    const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
    const timeline = Array.from({ length: 100 }, (_, n) => ({
      type: 'progress' as const,
      message: `entry ${n}`,
    }))
    for (const id of ['long', 'other']) {
      await workspace.change((tx) => createSession(tx, { projectId, taskIds: [], id }, machine))
      await workspace.change((tx) => updateSession(tx, id, { timeline }))
    }
    const before = await everything(workspace)
    await workspace.close()
    await sql(url, `UPDATE maestro.items SET json = $1 WHERE key = 'sessions:long' AND position = 50`, [
      entry,
    ])
    const next = await reopen(url)
    expect(await everything(next.workspace)).toEqual({ ...before, 'sessions:long': undefined })
    expect(before).toHaveProperty(['sessions:long'])
    await next.workspace.close()
    const [kept, ...others] = await sql(url, 'SELECT key, json FROM maestro.quarantine')
    expect([kept?.key, others]).toEqual(['sessions:long', []])
    expect(kept?.json).toContain(entry)
    expect(kept?.json).toContain('entry 99')
    expect(await sql(url, 'SELECT DISTINCT key FROM maestro.items')).toEqual([{ key: 'sessions:other' }])
  })

  it('can be read over a single connection, and many at once', async () => {
    const url = `${await create()}?max=1`
    const { workspace, published } = await reopen(url)
    const id = await workspace.change((tx) => createProject(tx, { name: 'first' }, '/').id)
    const changes = Array.from({ length: 20 }, (_, n) =>
      workspace.change((tx) => updateProject(tx, id, { name: `${n}` })),
    )
    const read = await Promise.all(Array.from({ length: 20 }, () => workspace.eventsSince(0)))
    await Promise.all(changes)
    for (const events of read) expect(events?.at(0)?.number).toBe(1)
    expect(await workspace.eventsSince(0)).toHaveLength(published.length)
  })

  it('of a later server are left alone', async () => {
    const { workspace, url } = await start()
    await workspace.close()
    await sql(url, 'UPDATE maestro.server SET version = 99')
    await expect(driverOn(url)).rejects.toThrow('later Maestro Server')
  })
})

it.each(['0', '-1', 'ten', '1.5'])(
  'DATABASE_URL with max=%s is refused before anything is connected',
  async (max) => {
    await expect(driverOn(`postgres://u:pa55word@127.0.0.1:1/d?max=${max}`)).rejects.toThrow(
      /^DATABASE_URL: max/,
    )
  },
)
