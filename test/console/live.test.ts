// The page looks current and is not: after a break, behind a list that came late, or without a token.
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { cardOf } from '../../console/state/entities'
import { createLive } from '../../console/state/live'
import { createStore } from '../../console/state/store'
import { createClient, MaestroError } from '../../functions/client/client'
import { startProxy } from '../client/proxy'
import { startInProcess } from '../memory/target'
import { session } from './entities'

const token = 'a-token'
const [target, locked] = await Promise.all([startInProcess({}), startInProcess({ MAESTRO_API_TOKEN: token })])
afterAll(() => Promise.all([target.stop(), locked.stop()]))
const direct = createClient({ url: target.url })

const openPage = (url: string, shown?: string, asked: string[] = []) => {
  const store = createStore()
  const live = createLive({
    store,
    clock: Date.now,
    schedule: (callback) => setImmediate(callback),
    statusOf: (error) => (error instanceof MaestroError ? error.status : undefined),
    textOf: String,
  })
  const noted = (address: string, init: RequestInit) => {
    asked.push(address.slice(url.length))
    return fetch(address, init)
  }
  const client = createClient({ url, fetch: noted, ...(shown !== undefined && { token: shown }) })
  live.start(client, shown !== undefined)
  onTestFinished(live.stop)
  return { store, live }
}

const spawned = async () => {
  const project = await direct.projects.create({ name: 'app', workingDir: '/app' })
  const task = await direct.tasks.create({ projectId: project.id, title: 'Login page' })
  const { sessionId } = await direct.sessions.spawn({
    projectId: project.id,
    taskIds: [task.id],
    spawnSource: 'ui',
  })
  return { project, task, sessionId }
}

describe('the page', () => {
  it('has what was there, and then what happens, without being asked for anything', async () => {
    const { project, task, sessionId } = await spawned()
    const asked = await direct.requests.create(sessionId, { kind: 'question', title: 'Which?' })
    const { store, live } = openPage(target.url)
    await expect.poll(() => live.stateOf('base')).toBe('loaded')
    expect(store.requests.peek(asked.id)?.title).toBe('Which?')
    // A card that is in sight asks for its task, though nobody looks at the board.
    live.want(`task:${task.id}`)
    await expect.poll(() => store.tasks.peek(task.id)?.title).toBe('Login page')
    await direct.requests.answer(asked.id, { text: 'This', by: 'Ada' })
    await expect.poll(() => store.requests.peek(asked.id)?.answer?.by).toBe('Ada')
    await expect.poll(() => store.settled.value).toEqual([asked.id])
    live.want(`tasks:${project.id}`)
    await expect.poll(() => live.stateOf(`tasks:${project.id}`)).toBe('loaded')
  })

  it('asks as much of the server whether one session works on a task or many do', async () => {
    const countAsked = async () => {
      const asked: string[] = []
      const { live } = openPage(target.url, undefined, asked)
      await expect.poll(() => live.connection.peek().kind).toBe('live')
      await expect.poll(() => live.stateOf('base')).toBe('loaded')
      return asked.length
    }
    const { project } = await spawned()
    const before = await countAsked()
    for (let number = 0; number < 30; number++) {
      const { id } = await direct.tasks.create({ projectId: project.id, title: `Task ${number}` })
      await direct.sessions.create({ projectId: project.id, taskIds: [id], status: 'working' })
    }
    expect(await countAsked()).toBe(before)
  })

  it('hears messages of projects that were made after it came', async () => {
    const { store, live } = openPage(target.url)
    await expect.poll(() => live.stateOf('base')).toBe('loaded')
    const { sessionId } = await spawned()
    await expect.poll(() => store.sessions.peek(sessionId)?.id).toBe(sessionId)
    const { id } = await direct.messages.create(sessionId, { text: 'Leave the old pages' })
    await expect.poll(() => store.messages.peek(id)?.text).toBe('Leave the old pages')
    await direct.messages.update(id, { state: 'delivered' })
    await expect.poll(() => store.messages.peek(id)?.state).toBe('delivered')
  })

  it('says that it is lost, and after the break has all that happened meanwhile', async () => {
    const proxy = await startProxy(Number(new URL(target.url).port))
    onTestFinished(() => proxy.close())
    const { store, live } = openPage(proxy.url)
    const { task, project } = await spawned()
    live.want(`tasks:${project.id}`)
    await expect.poll(() => store.tasks.peek(task.id)?.title).toBe('Login page')
    const kinds: string[] = []
    onTestFinished(live.connection.subscribe(({ kind }) => void kinds.push(kind)))
    // Where it was just connecting, or connecting anew for a new project's room, a cut is no loss.
    await expect
      .poll(() => {
        if (!kinds.includes('lost')) proxy.cut()
        return kinds
      })
      .toContain('lost')
    await direct.tasks.update(task.id, { title: 'Changed meanwhile' })
    const made = await direct.tasks.create({ projectId: project.id, title: 'Made meanwhile' })
    await expect.poll(() => store.tasks.peek(task.id)?.title).toBe('Changed meanwhile')
    await expect.poll(() => store.tasks.peek(made.id)?.title).toBe('Made meanwhile')
    await expect.poll(() => live.connection.peek().kind).toBe('live')
  })

  it('knows the earlier events, for whoever wants to read them', async () => {
    const { task } = await spawned()
    const { store, live } = openPage(target.url)
    await expect.poll(() => live.stateOf('base')).toBe('loaded')
    await live.readEarlier()
    expect(store.feed.value.some(({ taskId, text }) => taskId === task.id && text === 'Task created')).toBe(
      true,
    )
  })

  it('reads what has ended a page at a time, the last first, and stays true', async () => {
    const { project } = await spawned()
    const made: string[] = []
    for (let number = 0; number < 230; number++) {
      const fields = { projectId: project.id, taskIds: [], status: 'completed' as const }
      made.push((await direct.sessions.create({ ...fields, name: `Ended ${number}` })).id)
    }
    const { store, live } = openPage(target.url)
    const known = () => made.filter((id) => store.sessions.peek(id))
    live.want('ended')
    await expect.poll(known).toEqual(made.slice(-100))
    live.more('ended')
    // Asked twice at once, it is read once.
    live.more('ended')
    await expect.poll(() => store.ended.value.read).toBe(200)
    expect(known()).toEqual(made.slice(-200))
    const [first = '', ...others] = made
    // One that was not read yet is known by what happens to it; one that is gone is read no more.
    await direct.sessions.update(first, { name: 'Named anew' })
    await direct.sessions.delete(made.at(-1) ?? '')
    await expect.poll(() => store.sessions.peek(first)?.name).toBe('Named anew')
    await expect.poll(known).toEqual([first, ...made.slice(-200, -1)])
    // Events that were missed: what was read is read again, and no more.
    store.sessions.put(cardOf(session('sess_gone', { status: 'completed' })))
    live.again('ended')
    await expect.poll(() => store.sessions.peek('sess_gone')).toBe(undefined)
    live.more('ended')
    await expect.poll(() => store.ended.value.next).toBe(undefined)
    expect(known()).toEqual([first, ...others.slice(0, -1)])
  })

  it('says of an id of nothing that there is none', async () => {
    const { live } = openPage(target.url)
    live.want('task:task_none')
    await expect.poll(() => live.stateOf('task:task_none')).toBe('missing')
  })

  it('asks for a token, says whether the one it has is wrong, and comes in with the right one', async () => {
    expect(await connectionOf(undefined)).toEqual({ kind: 'token', isWrong: false })
    expect(await connectionOf('wrong')).toEqual({ kind: 'token', isWrong: true })
    const { live } = openPage(locked.url, token)
    await expect.poll(() => live.stateOf('base')).toBe('loaded')
  })
})

const connectionOf = async (shown: string | undefined) => {
  const { live } = openPage(locked.url, shown)
  await expect.poll(() => live.connection.peek().kind).not.toBe('connecting')
  return live.connection.peek()
}
