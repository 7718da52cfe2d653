// A program that listens through the client is cut off, and misses something, or is told of it twice.
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, MaestroError } from '../../functions/client/client'
import { startServer } from '../contract/server'
import { created, methods, startListening } from './listener'
import { startProxy } from './proxy'

const [server, closed] = await Promise.all([
  startServer(),
  startServer({ env: { MAESTRO_API_TOKEN: 'secret' } }),
])
afterAll(() => Promise.all([server.stop(), closed.stop()]))
const client = createClient({ url: server.url })

const throughProxy = async (port = server.port) => {
  const proxy = await startProxy(port)
  onTestFinished(() => proxy.close())
  return { proxy, far: createClient({ url: proxy.url }) }
}

describe.each(methods)('%s', (method) => {
  it('tells what happens, with its number', async () => {
    const listener = startListening(client, method)
    const before = await listener.caughtUp()
    const project = await client.projects.create({ name: 'app' })
    expect(await listener.next()).toEqual({
      type: 'project:created',
      event: 'project:created',
      data: project,
      timestamp: expect.any(Number),
      id: before + 1,
    })
  })

  it('tells what happened since the number that it is given', async () => {
    const { lastEventId } = await client.health({ verbose: true })
    const project = await client.projects.create({ name: 'before' })
    const listener = startListening(client, method, { since: lastEventId })
    expect(await listener.next()).toMatchObject({ type: 'project:created', data: project })
    await listener.caughtUp()
    const after = await client.projects.create({ name: 'after' })
    expect(await listener.next()).toMatchObject({ type: 'project:created', data: after })
  })

  it('hears only its rooms', async () => {
    const project = await client.projects.create({ name: 'app' })
    const task = await client.tasks.create({ projectId: project.id, title: 'a task' })
    const listener = startListening(client, method, { rooms: [`task:${task.id}`, 'templates'] })
    await listener.caughtUp()
    await client.tasks.create({ projectId: project.id, title: 'another' })
    await client.tasks.update(task.id, { priority: 'high' })
    const template = await client.templates.create({ name: 't', role: 'worker', content: 'x' })
    expect(await listener.next()).toMatchObject({ type: 'task:updated', data: { id: task.id } })
    expect(await listener.next()).toMatchObject({ type: 'template:created', data: { id: template.id } })
    await client.templates.delete(template.id)
  })

  it('is told everything once and in order, though it is cut off again and again', async () => {
    const { proxy, far } = await throughProxy()
    const project = await client.projects.create({ name: 'app' })
    const listener = startListening(far, method, { rooms: [`project:${project.id}`] })
    await listener.caughtUp()
    const ids: string[] = []
    for (let index = 0; index < 60; index++) {
      if (index % 20 === 10) proxy.cut()
      const task = await client.tasks.create({ projectId: project.id, title: `task ${index}` })
      ids.push(task.id)
      // So that some of the cuts fall between connections, and others into one.
      if (index % 20 === 0)
        await listener.waitFor((event) => event.type === 'task:created' && event.data.id === task.id)
    }
    await listener.waitFor((event) => event.type === 'task:created' && event.data.id === ids.at(-1))
    expect(created(listener.events)).toEqual(ids)
    const numbers = listener.events.map(({ id }) => id)
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
    expect(listener.cuts.length).toBeGreaterThanOrEqual(3)
  })

  it('goes on where it was when the cut came before it heard anything', async () => {
    const { proxy, far } = await throughProxy()
    const listener = startListening(far, method)
    await listener.caughtUp()
    proxy.cut()
    const project = await client.projects.create({ name: 'meanwhile' })
    expect(await listener.next()).toMatchObject({ type: 'project:created', data: project })
  })

  it('says so when what it missed is not known any more, and goes on from there', async () => {
    const listener = startListening(client, method, { since: 1_000_000_000 })
    const { lastEventId } = await client.health({ verbose: true })
    await listener.caughtUp()
    expect(listener.resets).toEqual([lastEventId])
    const project = await client.projects.create({ name: 'app' })
    expect(await listener.next()).toMatchObject({ type: 'project:created', data: project })
  })

  it('ends when it is told to', async () => {
    const listener = startListening(client, method)
    await listener.caughtUp()
    await listener.end()
    await client.projects.create({ name: 'nobody hears of it' })
    expect(listener.events).toEqual([])
  })

  it('fails, and does not try again, where the server refuses', async () => {
    const listener = startListening(client, method, { rooms: ['nowhere'] })
    const refused = await listener.done.catch((error) => error)
    expect(refused).toBeInstanceOf(MaestroError)
    expect(refused.message).toContain('No such room: nowhere')
    expect(listener.cuts).toEqual([])
  })

  it('fails where the token is wrong, and works where it is right', async () => {
    const refused = startListening(createClient({ url: closed.url, token: 'wrong' }), method)
    await expect(refused.done).rejects.toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
    const allowed = createClient({ url: closed.url, token: 'secret' })
    const listener = startListening(allowed, method)
    await listener.caughtUp()
    await allowed.projects.create({ name: 'app' })
    expect(await listener.next()).toMatchObject({ type: 'project:created' })
  })

  it('passes on what its callback throws', async () => {
    const broken = new Error('the disk is full')
    const listener = startListening(client, method, {
      onEvent: () => {
        throw broken
      },
    })
    await listener.caughtUp()
    await client.projects.create({ name: 'app' })
    await expect(listener.done).rejects.toBe(broken)
    expect(listener.cuts).toEqual([])
  })
})

describe('a server that is killed and comes back', () => {
  it('is outlived by who listens, and waited for by who came while it was not there', async () => {
    const first = await startServer()
    const here = createClient({ url: first.url })
    const listeners = methods.map((method) => startListening(here, method))
    for (const listener of listeners) await listener.caughtUp()
    const before = await here.projects.create({ name: 'before' })
    for (const listener of listeners) await listener.next()
    await first.kill9()
    const late = methods.map((method) => startListening(here, method))
    await expect.poll(() => late.every(({ cuts }) => cuts.length > 0)).toBe(true)
    const second = await first.restart()
    onTestFinished(async () => void (await second.stop()))
    const after = await here.projects.create({ name: 'after' })
    for (const listener of listeners) {
      await listener.waitFor((event) => event.type === 'project:created' && event.data.id === after.id)
      expect(created(listener.events)).toEqual([before.id, after.id])
      expect(listener.resets).toEqual([])
    }
    for (const listener of late) {
      await listener.caughtUp()
      expect(String(listener.cuts[0])).toContain(`Cannot reach the Maestro server at ${first.url}`)
    }
  })
})

describe('missed', () => {
  it('tells what happened since a number, and where to go on', async () => {
    const { lastEventId = Number.NaN } = await client.health({ verbose: true })
    const project = await client.projects.create({ name: 'app' })
    const { events, ...rest } = await client.events.missed({ since: lastEventId })
    expect(events).toMatchObject([{ type: 'project:created', data: project, id: lastEventId + 1 }])
    expect(rest).toEqual({ reset: false, lastEventId: lastEventId + 1 })
    expect((await client.events.missed({ since: rest.lastEventId })).events).toEqual([])
  })

  it('says that it is not known', async () => {
    const { lastEventId } = await client.health({ verbose: true })
    const missed = await client.events.missed({ since: 1_000_000_000 })
    expect(missed).toEqual({ events: [], reset: true, lastEventId })
  })
})
