// Somebody writes the beginning of an id, and another thing is meant, stopped or deleted than they thought.
import { afterAll, describe, expect, it } from 'vitest'
import type { Task } from '../../functions/client/client'
import { startApp } from './app'

const { server, client, maestro, project } = await startApp()
afterAll(() => server.stop())

const sessionWithId = (id: string) => client.sessions.create({ id, projectId: project.id, taskIds: [] })
const lastPart = (id: string) => id.slice(id.lastIndexOf('_') + 1)

describe('of an id', () => {
  it('the beginning is enough wherever one is taken', async () => {
    const task = await client.tasks.create({ projectId: project.id, title: 'only' })
    const session = await sessionWithId('apple-1')
    const request = await client.requests.create(session.id, { kind: 'question', title: 'Which?' })
    const begun = task.id.slice(0, -3)
    for (const args of [
      ['task', 'show', begun],
      ['task', 'update', begun, '--priority', 'high'],
      ['task', 'children', begun],
      ['task', 'create', '--title', 'child', '--parent-id', begun],
      [
        'task',
        'create',
        '--title',
        'later',
        '--dependencies',
        begun,
        '--project-id',
        project.id.slice(0, -2),
      ],
      ['task', 'list', '--session-id', 'app'],
      ['session', 'list', '--task-id', begun],
      ['session', 'show', 'apple'],
      ['session', 'spawn', '--project-id', 'app', '--task-ids', `${begun},${task.id}`],
      ['project', 'show', project.id.slice(0, -4)],
      ['inbox', '--session-id', 'app'],
      ['answer', request.id.slice(0, -4), 'yes'],
      ['tell', 'apple', 'hello'],
      ['events', '--room', `session:apple,task:${begun}`, '--room', 'queues'],
      ['session', 'stop', 'apple'],
    ])
      expect(await maestro.run([...args, '--json'])).toMatchObject({ code: 0, stderr: '' })
    const events = ['events', '--json', '--since', '0', '--room']
    const ofApple = await maestro.text([...events, 'session:apple'])
    expect(ofApple).toBe(await maestro.text([...events, 'session:apple-1']))
    expect(ofApple).toContain('request:created')
    const children = await client.tasks.children(task.id)
    expect(children.map(({ title }) => title)).toEqual(['child'])
  })

  it('that begins others as well, what is written whole is meant', async () => {
    await sessionWithId('berry')
    await sessionWithId('berry-2')
    expect(await maestro.json(['session', 'show', 'berry'])).toMatchObject({ id: 'berry' })
  })

  it('the beginning of several is refused, with what they are, and nothing is done', async () => {
    const sessions = [await sessionWithId('cherry-1'), await sessionWithId('cherry-2')]
    const refused = await maestro.run(['session', 'stop', 'cherry'])
    expect(refused).toMatchObject({ code: 64, stdout: '' })
    expect(refused.stderr).toContain('"cherry" begins the ids of 2 sessions')
    for (const { id, name } of sessions) {
      expect(refused.stderr).toContain(`${id} (${name})`)
      expect(await client.sessions.get(id)).toMatchObject({ status: sessions[0]?.status })
    }
  })

  it('the beginning of its last part is enough, from four characters on', async () => {
    const task = await client.tasks.create({ projectId: project.id, title: 'x' })
    expect(await maestro.json<Task>(['task', 'show', lastPart(task.id).slice(0, 6)])).toEqual(task)
    expect(await maestro.run(['task', 'show', lastPart(task.id).slice(0, 3)])).toMatchObject({ code: 2 })
  })

  it('a request that waits is meant before those that are settled', async () => {
    const session = await sessionWithId('date-1')
    const ask = () => client.requests.create(session.id, { kind: 'question', title: 'Which?' })
    const [settled, open] = [await ask(), await ask()]
    await client.requests.answer(settled.id, { text: 'x' })
    expect(await maestro.json(['answer', 'req_', 'y'])).toMatchObject({ id: open.id })
  })

  it.each(['', ' ', '.', '..', '../..', '%', '*', '\u{1F41D}', 'x'.repeat(5000), 'sess_none\u0000'])(
    '%j begins none: 2, and where to look',
    async (text) => {
      const ended = await maestro.run(['session', 'stop', text])
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain('Session not found')
      expect(ended.stderr).toContain('(maestro session list has all)')
    },
  )
})
