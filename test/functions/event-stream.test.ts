// What a stream holds on to, and what it does when things go wrong: nothing that a client could see from outside.
import { Hono } from 'hono'
import memory from 'unstorage/drivers/memory'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { streamEvents } from '../../functions/events/stream'
import type { AppServices, Env } from '../../functions/services/app-services'
import type { WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { createProject, updateProject } from '../../storage/rules/projects'
import { controlledDriver, nextTurn } from '../drivers/controlled'
import { calledLocally, createMemoryServices, localRequest } from './services'

const app = new Hono<Env>().get('/api/events', streamEvents)
const megabyte = 1024 * 1024

const servicesOf = (driver?: WorkspaceDriver) => createMemoryServices({ driver })
const ask = async (services: AppServices, query = '', init: RequestInit = {}) =>
  app.fetch(localRequest(`/api/events${query}`, init), calledLocally(services))

const create = (services: AppServices, name = 'a project') =>
  services.workspace.change((tx) => createProject(tx, { name }, '/'))

interface Reading {
  /** The next part of the stream as text; undefined when it has ended. */
  next(): Promise<string | undefined>
  /** All that is left of it, or all up to the part that contains this. */
  rest(until?: string): Promise<string>
  leave(): Promise<void>
}

const read = (response: Response): Reading => {
  const reader = response.body?.getReader()
  if (!reader) throw new Error('there is no stream')
  const next = async () => {
    const { done, value } = await reader.read()
    return done ? undefined : new TextDecoder().decode(value)
  }
  return {
    next,
    async rest(until) {
      let text = ''
      for (let part = await next(); part !== undefined; part = await next()) {
        text += part
        if (until !== undefined && part.includes(until)) break
      }
      return text
    },
    leave: () => reader.cancel(),
  }
}

describe('a comment', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('comes every 15 s, with the number that the client has to come back with', async () => {
    const services = await servicesOf()
    const stream = read(await ask(services, '?rooms=templates'))
    expect(await stream.next()).toBe(':\nid: 0\n\n')
    await create(services)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await stream.next()).toBe(':\nid: 1\n\n')
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await stream.next()).toBe(':\nid: 1\n\n')
    await stream.leave()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('nothing is kept of a stream', () => {
  const nothingLeft = (services: AppServices) => {
    expect(services.rooms.size()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  }
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())

  it('whose client has gone', async () => {
    const services = await servicesOf()
    const streams = [read(await ask(services)), read(await ask(services, '?since=0&rooms=all,queues'))]
    expect(services.rooms.size()).toBe(2)
    for (const stream of streams) await stream.leave()
    nothingLeft(services)
    await create(services)
  })

  it('whose client goes while it catches up', async () => {
    const services = await servicesOf()
    const response = await ask(services, '?since=0')
    await response.body?.cancel()
    nothingLeft(services)
  })

  it('whose client is told at once that it asked for something wrong', async () => {
    const services = await servicesOf()
    expect((await ask(services, '?rooms=kitchen')).status).toBe(400)
    nothingLeft(services)
  })

  it('that was a HEAD', async () => {
    const services = await servicesOf()
    expect((await ask(services, '', { method: 'HEAD' })).status).toBe(200)
    nothingLeft(services)
  })

  it('whose log could not be read', async () => {
    const driver = memoryDriver()
    const failing = { last: () => 0, since: () => Promise.reject(new Error('the disk is on fire')) }
    const services = await servicesOf({ ...driver, log: failing })
    expect(await read(await ask(services, '?since=0')).rest()).toBe(':\n\n')
    nothingLeft(services)
  })

  it('that is read too slowly, and its client can come back and miss nothing', async () => {
    const services = await servicesOf()
    const project = await create(services)
    const stream = read(await ask(services))
    await stream.next()
    const name = 'x'.repeat(megabyte)
    for (let n = 1; n <= 10 && services.rooms.size() > 0; n++)
      await services.workspace.change((tx) => updateProject(tx, project.id, { name: `${n}${name}` }))
    nothingLeft(services)
    const numbers = [...(await stream.rest()).matchAll(/^id: (\d+)$/gm)].map(([, number]) => Number(number))
    const last = numbers.at(-1) ?? 1
    expect(last).toBeLessThan(services.workspace.lastEvent())
    expect(numbers).toEqual(numbers.map((_, n) => 2 + n))

    const again = read(await ask(services, `?since=${last}`))
    expect(await again.rest('id: ')).toContain(`id: ${services.workspace.lastEvent()}\n`)
    await again.leave()
    nothingLeft(services)
  })

  it('when the host stops, and a new one ends at once', async () => {
    const services = await servicesOf()
    const stream = read(await ask(services))
    services.rooms.endStreams()
    expect(await stream.rest()).not.toContain('event:')
    expect(await read(await ask(services)).rest()).toBe('')
    nothingLeft(services)
  })
})

describe('what was missed', () => {
  it('is worked out while it is read: a hundred clients that come back at once wait for none of the others', async () => {
    const services = await servicesOf()
    const long = 'x'.repeat(2000)
    for (let n = 0; n < 300; n++) await create(services, `${n} ${long}`)
    for (const { id } of await services.workspace.read((documents) => [...documents.list('projects')]))
      await services.workspace.change((tx) => updateProject(tx, id, { name: `new ${long}` }))
    const log = vi.spyOn(services.workspace, 'eventsSince')
    const states = vi.spyOn(services.workspace, 'read')

    const stream = read(await ask(services, '?since=300'))
    expect(await stream.next()).toBe(':\n\n')
    expect([log.mock.calls.length, states.mock.calls.length]).toEqual([0, 0])
    expect(await stream.next()).toMatch(/^event: project:updated\nid: 301\n/)
    expect([log.mock.calls.length, states.mock.calls.length]).toEqual([1, 1])
    expect([...(await stream.rest(':\nid: 600')).matchAll(/^event: /gm)].length).toBeGreaterThan(200)
    expect(states.mock.calls.length).toBe(3)
    await stream.leave()
  })

  it('may be more than what may wait', async () => {
    const services = await servicesOf()
    for (let n = 0; n < 10; n++) await create(services, `${n}${'x'.repeat(megabyte)}`)
    const stream = read(await ask(services, '?since=0'))
    await create(services, 'the last')
    const text = await stream.rest('the last')
    const numbers = [...text.matchAll(/^event: .*\nid: (\d+)$/gm)].map(([, number]) => Number(number))
    expect(numbers).toEqual(Array.from({ length: 11 }, (_, n) => n + 1))
    await stream.leave()
  })

  it('and what happens may be longer than what may wait: who reads at once gets it', async () => {
    const services = await servicesOf()
    const project = await create(services)
    const stream = read(await ask(services))
    await stream.next()
    const length = 5 * megabyte
    for (const letter of ['a', 'b', 'c']) {
      const name = letter.repeat(length)
      await services.workspace.change((tx) => updateProject(tx, project.id, { name }))
      expect(await stream.rest(letter)).toContain(`"name":"${letter}${letter}`)
    }
    expect(services.rooms.size()).toBe(1)
    await stream.leave()
  })

  it('is not known of a store without an event log: reset', async () => {
    const services = await servicesOf(memory())
    await create(services)
    const stream = read(await ask(services, '?since=1'))
    expect(await stream.rest('id: ')).toMatch(/^:\n\nevent: reset\nid: 1\ndata: .*"data":\{"lastEventId":1\}/)
    await create(services)
    expect(await stream.next()).toContain('id: 2\n')
    await stream.leave()
  })

  it('does not hold what is not durable yet, nor what then fails', async () => {
    const { driver, succeed, fail } = controlledDriver()
    const services = await servicesOf(driver)
    const first = create(services, 'first')
    await succeed()
    const { id } = await first
    const renamed = services.workspace.change((tx) => updateProject(tx, id, { name: 'renamed' }))
    await succeed()
    await renamed

    const failing = services.workspace.change((tx) => updateProject(tx, id, { name: 'in vain' }))
    const failed = expect(failing).rejects.toThrow('could not be stored')
    const asked = ask(services, '?since=0')
    await nextTurn()
    await fail()
    await failed
    const stream = read(await asked)
    const text = await stream.rest('id: ')
    expect(text).toContain('"name":"renamed"')
    expect(text).not.toContain('in vain')

    const again = services.workspace.change((tx) => updateProject(tx, id, { name: 'again' }))
    await succeed()
    await again
    expect(await stream.next()).toMatch(/^event: project:updated\nid: 3\n.*"name":"again"/)
    await stream.leave()
  })

  it('joins what becomes durable while it is looked up: each once, in order, the newest state last', async () => {
    const { driver, succeed } = controlledDriver()
    const services = await servicesOf(driver)
    const first = create(services, '0')
    await succeed()
    const { id } = await first
    const changes = ['1', '2', '3'].map((name) =>
      services.workspace.change((tx) => updateProject(tx, id, { name })),
    )
    await succeed()
    const asked = ask(services, '?since=0')
    await succeed()
    await succeed()
    await Promise.all(changes)
    const stream = read(await asked)
    const text = await stream.rest('"name":"3"')
    const told = [...text.matchAll(/^id: (\d+)\ndata: .*"name":"(\d)"/gm)].map(([, number, name]) => [
      number,
      name,
    ])
    expect(told.at(0)).toEqual(['1', '0'])
    expect(told.at(-1)).toEqual(['4', '3'])
    expect(told).toEqual(told.toSorted())
    expect(new Set(told.map(([number]) => number)).size).toBe(told.length)
    await stream.leave()
  })
})
