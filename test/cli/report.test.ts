// An agent reports with the commands that its prompt names, and the server hears something else, or of another session.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Project, Task } from '../../functions/client/client'
import { maestroInProcess } from './in-process'
import { startWork } from './work'

const { server, client, outside, begin, idOf, inside, timelineOf, statusesOf } = await startWork()
afterAll(() => server.stop())

let project: Project
let tasks: Task[]
beforeEach(async () => {
  ;({ project, tasks } = await begin())
})

describe('whoami', () => {
  it('is this session', async () => {
    const { sessionId, text, json } = await inside('queue', 'orchestrator')
    expect(await json(['whoami'])).toEqual(await client.sessions.get(sessionId))
    const told = await text(['whoami'])
    for (const word of [sessionId, 'orchestrator', 'queue', '/home/ada/app', ...tasks.map(({ id }) => id)])
      expect(told).toContain(word)
  })

  it('is the session of the token, where a program passes on no more than that', async () => {
    const { sessionId } = await inside()
    const { token } = await client.sessions.token(sessionId)
    const stripped = maestroInProcess({ MAESTRO_SERVER_URL: server.url, MAESTRO_API_TOKEN: token })
    expect(await stripped.json(['whoami'])).toMatchObject({ id: sessionId })
    await stripped.json(['report', 'progress', 'under way'])
    expect(await timelineOf(sessionId)).toContainEqual(expect.objectContaining({ message: 'under way' }))
    const noToken = maestroInProcess({ MAESTRO_SERVER_URL: server.url, MAESTRO_API_TOKEN: 'mst_of_nothing' })
    expect(await noToken.run(['whoami'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('MAESTRO_SESSION_ID'),
    })
  })
})

describe('report', () => {
  it.each([
    ['progress', 'working', 'progress'],
    ['complete', 'completed', 'task_completed'],
    ['blocked', 'blocked', 'task_blocked'],
    ['needs-input', 'needs_input', 'needs_input'],
    ['error', 'failed', 'error'],
  ])('%s sets the tasks that it names to %s, and notes it', async (kind, sessionStatus, type) => {
    const { sessionId, text, json } = await inside()
    const told = await json(['report', kind, 'As `said`', '--task', `${idOf(0)},${idOf(2)}`])
    expect(told).toMatchObject({ sessionId, type, sessionStatus, message: 'As `said`' })
    expect(told).toMatchObject({
      tasks: [
        { id: idOf(0), sessionStatus },
        { id: idOf(2), sessionStatus },
      ],
    })
    expect(await statusesOf()).toEqual([sessionStatus, undefined, sessionStatus])
    await text(['report', kind, '- a bullet', '--task', idOf(1)])
    expect(await statusesOf()).toEqual([sessionStatus, sessionStatus, sessionStatus])
    expect(await timelineOf(sessionId)).toEqual([
      { type, taskId: idOf(0), message: 'As `said`' },
      { type, taskId: idOf(2), message: 'As `said`' },
      { type, taskId: idOf(1), message: '- a bullet' },
    ])
    expect(await client.tasks.get(idOf(0))).toMatchObject({ status: 'todo' })
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'spawning' })
  })

  it('without --task is about all tasks; only complete ends the session', async () => {
    const { sessionId, text } = await inside()
    await text(['report', 'progress', 'Begun'])
    expect(await statusesOf()).toEqual(['working', 'working', 'working'])
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'spawning' })
    await text(['report', 'complete', 'Done'])
    expect(await statusesOf()).toEqual(['completed', 'completed', 'completed'])
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'completed' })
  })

  it.each(['progress', 'blocked', 'complete'])('of %s that comes after the end says so', async (kind) => {
    const { sessionId, run } = await inside()
    await client.sessions.stop(sessionId)
    for (const named of [[], ['--task', idOf(0)]])
      expect(await run(['report', kind, 'Late', ...named])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`session ${sessionId} had ended before: it stays stopped`),
      })
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'stopped' })
  })

  it('of a session without tasks is noted all the same', async () => {
    const { id } = await client.sessions.create({ projectId: project.id, taskIds: [] })
    const env = { MAESTRO_SESSION_ID: id }
    await outside.text(['report', 'complete', 'Nothing to do'], { env })
    const session = await client.sessions.get(id)
    expect(session).toMatchObject({
      status: 'completed',
      timeline: [
        { type: 'task_completed', message: 'Nothing to do' },
        { type: 'session_stopped', metadata: { cause: 'reported' } },
      ],
    })
  })

  it('on a task that is not there does not keep the others from it, and does not end the session', async () => {
    const { sessionId, run } = await inside()
    const ended = await run(['report', 'complete', 'Done', '--task', `task_none,${idOf(1)}`])
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `maestro report complete: Task not found: task_none; reported on ${idOf(1)}\n`,
    })
    expect(await statusesOf()).toEqual([undefined, 'completed', undefined])
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'spawning' })
  })

  it.each([
    [['report', 'progress']],
    [['report', 'progress', '']],
    [['report', 'progress', 'two', 'words']],
    [['report', 'progress', 'x', '--task', '']],
    [['report', 'progress', 'x', '--tasks', 'task_1']],
    [['report', 'progress', 'x', '--task']],
  ])('%j is wrong usage, and reports nothing', async (args) => {
    const { sessionId, run } = await inside()
    expect(await run(args)).toMatchObject({ code: 64, stdout: '' })
    expect(await timelineOf(sessionId)).toEqual([])
  })
})
