/** A connection that breaks must not cost anybody what was acknowledged, nor keep what was refused. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { createProject, updateProject } from '../../storage/rules/projects'
import type { Workspace } from '../../storage/workspace'
import { everything } from '../drivers/open'
import { sql } from './cluster'
import { databases, documentsIn, openOn } from './databases'
import type { Fault } from './faulty-proxy'

/** Longer than any of it takes, on a machine with much else to do. */
const pollOptions = { timeout: 20_000 }
const unavailable = { code: 'STORAGE_UNAVAILABLE', status: 503 }

describe.each(await databases())('a workspace over $name', ({ create, proxy, sharedConnection }) => {
  const start = async () => {
    const url = await create()
    const opened = await openOn(url)
    onTestFinished(async () => {
      proxy.fault = undefined
      await opened.workspace.close()
    })
    const id = await add(opened.workspace, 'first')
    return { ...opened, url, id }
  }
  const add = (workspace: Workspace, name: string) =>
    workspace.change((tx) => createProject(tx, { name }, '/').id)
  /** The first change that is taken again. */
  const addWhenBack = (workspace: Workspace, name: string) =>
    expect.poll(() => add(workspace, name).catch(() => undefined), pollOptions).toBeDefined()

  it.each<Fault>(['request lost', 'answer lost'])('takes back what it refused: %s', async (fault) => {
    const { workspace, url, id, published } = await start()
    const before = await everything(workspace)
    proxy.fault = fault
    const changes = await Promise.allSettled([
      workspace.change((tx) => {
        updateProject(tx, id, { name: 'lost' })
        createProject(tx, { name: 'lost' }, '/')
      }),
      add(workspace, 'lost'),
    ])
    for (const change of changes) expect(change).toMatchObject({ reason: unavailable })
    proxy.fault = undefined
    expect(await everything(workspace)).toEqual(before)
    expect(published).toHaveLength(1)

    await addWhenBack(workspace, 'second')
    expect(await documentsIn(url)).toEqual(await everything(workspace))
    expect(published.map(({ number }) => number)).toEqual([1, 2])
    const logged = await sql(url, 'SELECT number FROM maestro.events ORDER BY number')
    expect(logged).toEqual([{ number: '1' }, { number: '2' }])
  })

  it('fails what came in after a change that failed, though the connection is back at once', async () => {
    const { workspace, url } = await start()
    const before = await everything(workspace)
    proxy.fault = 'request lost'
    const changes = ['one', 'two', 'three'].map((name) => add(workspace, name))
    const settled = Promise.allSettled(changes)
    await expect(changes[0]).rejects.toMatchObject(unavailable)
    proxy.fault = undefined
    for (const change of await settled) expect(change).toMatchObject({ reason: unavailable })
    await addWhenBack(workspace, 'second')
    expect(Object.keys(await documentsIn(url))).toHaveLength(Object.keys(before).length + 1)
    expect(await documentsIn(url)).toEqual(await everything(workspace))
  })

  it('refuses what the database refuses, and takes changes again when it does', async () => {
    const { workspace, url } = await start()
    const before = await documentsIn(url)
    await sql(
      url,
      `CREATE FUNCTION maestro.refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'the tablespace is full'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON maestro.events FOR EACH ROW EXECUTE FUNCTION maestro.refuse()`,
    )
    await expect(add(workspace, 'lost')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('the tablespace is full'),
    })
    expect(await documentsIn(url)).toEqual(before)
    expect(await everything(workspace)).toEqual(before)
    await sql(url, 'DROP TRIGGER refuse ON maestro.events')
    await addWhenBack(workspace, 'second')
    expect(await documentsIn(url)).toEqual(await everything(workspace))
  })

  it('takes back even what can only be taken back at the third attempt', async () => {
    const { workspace, url, id } = await start()
    proxy.fault = 'answer lost'
    const lost = workspace.change((tx) => updateProject(tx, id, { name: 'lost' }))
    await expect(lost).rejects.toMatchObject(unavailable)
    proxy.fault = 'request lost'
    await expect(add(workspace, 'lost')).rejects.toMatchObject(unavailable)
    proxy.fault = 'answer lost'
    await expect.poll(async () => JSON.stringify(await documentsIn(url)), pollOptions).toContain('first')
    proxy.fault = undefined
    await addWhenBack(workspace, 'second')
    expect(await documentsIn(url)).toEqual(await everything(workspace))
  })

  it.each<Fault>(['answer lost', 'down'])(
    'leaves nothing that it refused to the next start: %s, and a stop',
    async (fault) => {
      const url = await create()
      onTestFinished(() => {
        proxy.fault = undefined
      })
      const { workspace } = await openOn(url)
      const id = await add(workspace, 'first')
      const before = await documentsIn(url)
      proxy.fault = 'answer lost'
      const lost = workspace.change((tx) => updateProject(tx, id, { name: 'lost' }))
      await expect(lost).rejects.toMatchObject(unavailable)
      proxy.fault = fault
      // The first attempt to reconnect has failed where the database is away.
      if (fault === 'down') await expect(add(workspace, 'lost')).rejects.toMatchObject(unavailable)
      proxy.fault = undefined
      await workspace.close()
      expect(await documentsIn(url)).toEqual(before)
    },
  )

  it('waits out a connection that was cut while nothing happened', async () => {
    const { workspace, url, published, logged } = await start()
    proxy.cut()
    await expect.poll(() => logged.length, pollOptions).toBeGreaterThan(0)
    await add(workspace, 'second')
    expect(published).toHaveLength(2)
    expect(await documentsIn(url)).toEqual(await everything(workspace))
  })

  it('answers from memory, and refuses changes, as long as the database is away', async () => {
    const { workspace, id, logged } = await start()
    proxy.fault = 'down'
    proxy.cut()
    await expect.poll(() => logged.length, pollOptions).toBe(2)
    await expect(add(workspace, 'lost')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/nothing was changed: The database .* cannot be reached/),
    })
    expect(await everything(workspace)).toMatchObject({ [`projects:${id}`]: { name: 'first' } })
    await expect(workspace.eventsSince(0)).rejects.toMatchObject(unavailable)
    expect(workspace.unavailable()).toContain('cannot be reached')
    proxy.fault = undefined
    await addWhenBack(workspace, 'second')
    expect(workspace.unavailable()).toBe(undefined)
    expect(await workspace.eventsSince(0)).toHaveLength(2)
    expect(JSON.stringify(logged)).not.toContain('pa55word')
  })

  it('stores nothing more once another server has had the database', async (context) => {
    if (sharedConnection) context.skip(sharedConnection)
    const { workspace, url, logged } = await start()
    const direct = (await sql(url, 'SELECT current_database() AS name, inet_server_port() AS port'))[0]
    proxy.fault = 'down'
    proxy.cut()
    await expect.poll(() => logged.length, pollOptions).toBe(2)
    const other = await openOn(`postgres://postgres@127.0.0.1:${direct?.port}/${direct?.name}`)
    await add(other.workspace, 'of the other')
    await other.workspace.close()
    proxy.fault = undefined
    await expect.poll(() => logged.length, pollOptions).toBe(3)
    await expect(add(workspace, 'lost')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('start this server again'),
    })
    expect(await documentsIn(url)).toEqual(await everything(other.workspace))
  })

  it('stores nothing, not even over its living connection, once another server has signed in', async () => {
    const { workspace, url } = await start()
    const before = await documentsIn(url)
    await sql(url, `UPDATE maestro.server SET owner = gen_random_uuid(), pid = 4711, epoch = epoch + 1`)
    await expect(add(workspace, 'lost')).rejects.toMatchObject(unavailable)
    await expect
      .poll(() => add(workspace, 'lost').catch((error) => error.message), pollOptions)
      .toContain('process 4711')
    expect(await documentsIn(url)).toEqual(before)
  })

  it('goes on when the database ends its connection, whatever holds the lock', async (context) => {
    if (sharedConnection) context.skip(sharedConnection)
    const { workspace, url } = await start()
    await sql(url, 'SELECT pg_terminate_backend(backend) FROM maestro.server')
    await addWhenBack(workspace, 'second')
    expect(await documentsIn(url)).toEqual(await everything(workspace))
  })

  it('refuses a second server, and names the first', async (context) => {
    if (sharedConnection) context.skip(sharedConnection)
    const { workspace, url } = await start()
    await expect(openOn(url)).rejects.toThrow(
      new RegExp(`process ${process.pid} on here\\) is using the database`),
    )
    await add(workspace, 'second')
  })
})
