// A developer spawns a session for some tasks, and comes back to the work done, or to what stands in its way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandingWorker, createFixture, type Fixture } from './fixture'

describe('an agent that works through a queue', () => {
  let fixture: Fixture
  let id: string
  let tasks: Awaited<ReturnType<Fixture['tasks']>>
  beforeAll(async () => {
    fixture = await createFixture()
    tasks = await fixture.tasks('one', 'fail two', 'ask three', 'four')
    await fixture.run(['--agent', commandingWorker])
    id = await fixture.spawn(
      tasks.map((task) => task.id),
      { strategy: 'queue' },
    )
    await fixture.ended(id)
  })
  afterAll(() => fixture.stop())

  it('leaves every task in the state that it came to', async () => {
    const found = await fixture.client.tasks.list({ projectId: fixture.project.id })
    expect(found.map(({ status, sessionStatus }) => `${status} ${sessionStatus}`)).toEqual([
      'todo completed',
      'todo failed',
      'todo completed',
      'todo completed',
    ])
  })

  it('leaves an empty queue that says why one failed', async () => {
    const { items, stats } = await fixture.client.queue.items(id)
    expect(stats).toMatchObject({ total: 4, queued: 0, processing: 0, completed: 3, failed: 1 })
    expect(items[1]).toMatchObject({ status: 'failed', failReason: 'There is no such thing' })
  })

  it('has told everything in the timeline, in order', async () => {
    const { status, timeline, agentId } = await fixture.client.sessions.get(id)
    expect({ status, agentId }).toEqual({ status: 'completed', agentId: 'node' })
    const index = (taskId: string | undefined) => tasks.findIndex((task) => task.id === taskId) + 1
    expect(timeline.map(({ type, taskId }) => (taskId ? `${type} ${index(taskId)}` : type))).toEqual([
      'session_started',
      'progress',
      ...['task_started 1', 'progress 1', 'task_completed 1'],
      ...['task_started 2', 'progress 2', 'task_failed 2'],
      ...['task_started 3', 'needs_input 3', 'progress 3', 'task_completed 3'],
      ...['task_started 4', 'progress 4', 'task_completed 4'],
      // What the agent reported, then how its process ended.
      ...['session_stopped', 'session_stopped'],
    ])
    expect(timeline.at(-1)).toMatchObject({
      message: expect.stringMatching(/^node ended with exit code 0 after \d+\.\d s$/),
      metadata: { cause: 'exited', exitCode: 0 },
    })
  })

  it('has changed the files, and committed them', () => {
    expect(fixture.files()).toEqual(['ask-three.txt', 'four.txt', 'one.txt'])
    expect(fixture.commits()).toEqual(['four', 'ask three', 'one', 'begin'])
    expect(fixture.starts()).toEqual([id])
  })

  it('has its output kept, and watched by whoever comes later', async () => {
    expect(fixture.sessionFile(id, 'output.log')).toMatch(
      /^node starts in .*\n4 tasks, strategy queue\nthrough\nEnded .*\n$/,
    )
    const watched = await fixture.here.text(['session', 'watch', id])
    expect(watched).toContain('4 tasks, strategy queue')
    expect(watched).toContain('Tabs or spaces?')
    expect(watched).toContain(`${id} is completed`)
  })

  it('completes two tasks and itself where the session stays simple, for the same runner', async () => {
    const [one, two] = await fixture.tasks('five', 'six')
    const simple = await fixture.spawn([one?.id ?? '', two?.id ?? ''])
    expect(await fixture.ended(simple)).toMatchObject({ status: 'completed' })
    const found = await fixture.client.tasks.list({ sessionId: simple })
    expect(found.map((task) => task.sessionStatus)).toEqual(['completed', 'completed'])
    expect(fixture.files()).toEqual(expect.arrayContaining(['five.txt', 'six.txt']))
  })
})
