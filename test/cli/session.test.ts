// An agent does what its prompt says, with the commands that its prompt names, and the server hears something else.
import { hostname } from 'node:os'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createClient, type Project, type Session, type Task } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const server = await startInProcess({})
afterAll(() => server.stop())
const client = createClient({ url: server.url })
const outside = maestroInProcess({ MAESTRO_SERVER_URL: server.url, SKILLS_DIR: server.skillsDir })

let project: Project
let tasks: Task[]
beforeEach(async () => {
  project = await client.projects.create({ name: 'app', workingDir: '/home/ada/app' })
  tasks = []
  for (const title of ['first', 'second', 'third'])
    tasks.push(await client.tasks.create({ projectId: project.id, title }))
})
const idOf = (index: number) => tasks[index]?.id ?? ''

/** A session of all tasks, and the commands in the environment that its spawn gives. */
const inside = async (
  strategy: 'simple' | 'queue' = 'simple',
  role: 'worker' | 'orchestrator' = 'worker',
) => {
  const taskIds = tasks.map(({ id }) => id)
  const { sessionId, envVars } = await client.sessions.spawn({
    projectId: project.id,
    taskIds,
    strategy,
    role,
  })
  return { sessionId, ...maestroInProcess({ ...envVars, MAESTRO_SERVER_URL: server.url }) }
}
const timelineOf = async (sessionId: string) =>
  (await client.sessions.get(sessionId)).timeline
    .slice(1)
    .map(({ type, taskId, message }) => ({ type, taskId, message }))
const statusesOf = async () =>
  (await client.tasks.list({ projectId: project.id })).map((task) => task.sessionStatus)

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

describe('queue', () => {
  it('is worked as the prompt says', async () => {
    const { sessionId, run, text, json } = await inside('queue')
    expect(await json(['queue', 'top'])).toMatchObject({
      hasMore: true,
      item: { taskId: idOf(0), status: 'queued' },
    })
    expect(await text(['queue', 'top'])).toBe(`${idOf(0)} (queued)\n`)
    expect(await json(['queue', 'start'])).toMatchObject({ item: { taskId: idOf(0), status: 'processing' } })
    expect(await run(['queue', 'start'])).toMatchObject({
      code: 1,
      stderr: `maestro queue start: Already processing task ${idOf(0)}\n`,
    })
    expect(await json(['queue', 'complete'])).toMatchObject({ nextItem: { taskId: idOf(1) } })
    expect(await text(['queue', 'start'])).toBe(`Started processing task ${idOf(1)}\n`)
    expect(await text(['queue', 'fail', '--reason', 'No database'])).toBe(
      `Failed ${idOf(1)}. Next: ${idOf(2)}\n`,
    )
    expect(await text(['queue', 'skip'])).toBe(`Skipped ${idOf(2)}. Queue is empty.\n`)
    expect(await json(['queue', 'start'])).toMatchObject({ item: null, empty: true })
    expect(await text(['queue', 'push', idOf(1)])).toBe(`${idOf(1)} (queued)\n`)
    expect(await json(['queue', 'push', idOf(0)])).toMatchObject({ item: { taskId: idOf(0) } })
    expect(await json(['queue', 'skip'])).toMatchObject({ skippedItem: { taskId: idOf(1) } })
    await json(['queue', 'start'])
    expect(await json(['queue', 'fail'])).toMatchObject({ failedItem: { taskId: idOf(0) }, hasMore: false })
    expect(await text(['queue', 'top'])).toBe('Queue is empty - all tasks processed\n')
    expect(await json(['queue', 'list'])).toEqual(await client.queue.items(sessionId))
    const listed = await text(['queue', 'list'])
    expect(listed).toMatch(/^TASK +STATUS/)
    expect(listed).toMatch(new RegExp(`\n${idOf(1)} +failed .* No database\n`))
    expect(listed).toMatch(/\n0 of 5 wait\n$/)
    expect(await statusesOf()).toEqual(['failed', 'skipped', 'skipped'])
  })

  it('complete, for people', async () => {
    const { text } = await inside('queue')
    await text(['queue', 'start'])
    expect(await text(['queue', 'complete'])).toBe(`Completed ${idOf(0)}. Next: ${idOf(1)}\n`)
  })

  it('of a session without one is refused', async () => {
    const { run } = await inside('simple')
    expect(await run(['queue', 'start'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('queue strategy'),
    })
  })
})

describe('session', () => {
  it('spawn from a session is asked for by this session, in its project', async () => {
    await outside.text(['skill', 'install'])
    const { sessionId, json, text } = await inside('simple', 'orchestrator')
    const answer = await json([
      'session',
      'spawn',
      '--task-ids',
      `${idOf(0)},${idOf(1)}`,
      '--strategy',
      'queue',
      ...[
        '--session-name',
        'Two at once',
        '--model',
        'haiku',
        '--skills',
        'maestro-cli',
        '--context',
        '{"ticket":"APP-12"}',
      ],
    ])
    expect(answer).toMatchObject({
      command: 'maestro worker init',
      session: {
        projectId: project.id,
        taskIds: [idOf(0), idOf(1)],
        name: 'Two at once',
        strategy: 'queue',
        metadata: {
          spawnSource: 'session',
          spawnedBy: sessionId,
          skills: ['maestro-cli'],
          context: { ticket: 'APP-12' },
        },
      },
    })
    const words = ['session', 'spawn', '--task-ids', idOf(2), '--role', 'orchestrator']
    expect(await text([...words, '--worktree'])).toMatch(
      /^Spawned sess_\w+: maestro orchestrator init, in \/home\/ada\/app\nNo runner listens [^\n]+\n$/,
    )
    expect(await text(words)).toMatch(/\nWarning: Session sess_\w+ \(\w+\) works in \/home\/ada\/app, too, /)
  })

  it('spawn says which worktree it is to have, if any', async () => {
    const words = ['session', 'spawn', '--project-id', project.id, '--task-ids', idOf(1)]
    for (const [flags, worktree] of [
      [['--worktree'], true],
      [['--without-worktree'], false],
      [['--worktree', '--branch', 'topic'], { branch: 'topic' }],
      [['--base', 'main'], { base: 'main' }],
    ] as const)
      expect(await outside.json([...words, ...flags])).toMatchObject({ session: { worktree } })
    const wrong = await outside.run([...words, '--without-worktree', '--base', 'main'])
    expect(wrong).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--without-worktree goes with none'),
    })
  })

  it('spawn by a person is asked for by nobody', async () => {
    const args = ['session', 'spawn', '--project-id', project.id, '--task-ids', idOf(0)]
    expect(await outside.json(args)).toMatchObject({
      session: { metadata: { spawnSource: 'ui', spawnedBy: null } },
    })
  })

  it('attach without a terminal says so, and nothing of the session that is not true', async () => {
    const tmux = { socket: 'none', session: 'none' }
    const runner = { id: 'r', host: hostname(), pid: 1, claimedAt: 1, tmux }
    const session = await client.sessions.create({
      projectId: project.id,
      taskIds: [],
      status: 'working',
      metadata: { runner },
    })
    const ended = await outside.run(['session', 'attach', session.id])
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('needs a terminal') })
    expect(ended.stderr).toContain(`maestro session watch ${session.id}`)
    expect(ended.stderr).not.toContain('closed')
  })

  it('show says why it ended', async () => {
    const { sessionId, text } = await inside()
    await client.sessions.end(sessionId, { cause: 'exited', exitCode: 7 })
    const { endReason = '' } = await client.sessions.get(sessionId)
    expect(endReason).toContain('7')
    expect(await text(['session', 'show', sessionId])).toContain(endReason)
  })

  it('show says what it asks, and what it may use up', async () => {
    const { sessionId, text } = await inside()
    await client.sessions.update(sessionId, {
      needsInput: { active: true, message: 'Which date format?' },
      budget: { minutes: 30, costUsd: 2.5 },
    })
    const shown = await text(['session', 'show'])
    expect(shown).toMatch(/^asks +Which date format\?$/m)
    expect(shown).toMatch(/^budget +30 min, \$2\.50$/m)
  })

  it('list and show, for people and for programs', async () => {
    const { sessionId, json, text } = await inside()
    const other = await client.projects.create({ name: 'other' })
    const elsewhere = await client.sessions.create({ projectId: other.id, taskIds: [], status: 'completed' })
    expect(await json<Session[]>(['session', 'list'])).toEqual([await client.sessions.get(sessionId)])
    expect(await text(['session', 'list'])).toMatch(
      new RegExp(
        `^ID +STATUS +ROLE .*\n${sessionId} +spawning +worker +simple +3 .*Worker for ${idOf(0)}\n${sessionId}: No runner .+\n$`,
      ),
    )
    const all = await outside.json<Session[]>(['session', 'list'])
    expect(all.map(({ id }) => id)).toContain(elsewhere.id)
    const active = await outside.json<Session[]>(['session', 'list', '--active'])
    expect(active.map(({ id }) => id)).not.toContain(elsewhere.id)
    expect(await outside.json(['session', 'list', '--task-id', idOf(0)])).toHaveLength(1)
    expect(await outside.text(['session', 'list', '--project-id', other.id, '--status', 'failed'])).toBe(
      'No sessions\n',
    )
    expect(await outside.json(['session', 'show', sessionId])).toEqual(await client.sessions.get(sessionId))
    expect(await text(['session', 'show'])).toMatch(/timeline +\S+ \S+ session_started\n$/)
  })

  it('needs-input, complete and stop', async () => {
    const { sessionId, json, text } = await inside()
    await text(['session', 'needs-input', 'May I?'])
    expect(await json(['session', 'needs-input', 'Really?'])).toMatchObject({
      id: sessionId,
      status: 'spawning',
    })
    expect(await timelineOf(sessionId)).toEqual([
      { type: 'needs_input', taskId: undefined, message: 'May I?' },
      { type: 'needs_input', taskId: undefined, message: 'Really?' },
    ])
    expect(await client.sessions.get(sessionId)).toMatchObject({
      needsInput: { active: true, message: 'Really?' },
    })
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
    expect(await json(['session', 'complete'])).toMatchObject({ id: sessionId, status: 'completed' })
    expect(await text(['session', 'complete'])).toContain(`Completed ${sessionId} (completed)`)
    expect(await outside.json(['session', 'stop', sessionId])).toMatchObject({ status: 'completed' })
    expect(await outside.text(['session', 'stop', sessionId])).toContain(
      `Ended before ${sessionId} (completed)`,
    )
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
  })

  it('stop frees what a session works on, and a report that comes late does not bring it back', async () => {
    const { sessionId, text } = await inside()
    await text(['report', 'progress', 'Begun'])
    expect(await outside.text(['session', 'stop', sessionId])).toContain(`Stopped ${sessionId} (stopped)`)
    expect(await statusesOf()).toEqual([undefined, undefined, undefined])
    expect(await text(['report', 'complete', 'Done all the same'])).toContain('it stays stopped')
    expect(await statusesOf()).toEqual(['completed', 'completed', 'completed'])
    expect(await client.sessions.get(sessionId)).toMatchObject({ status: 'stopped' })
  })

  it('of which no task is there notes nothing, and asks nobody', async () => {
    const { sessionId, run } = await inside()
    const before = await client.sessions.get(sessionId)
    expect(await run(['report', 'needs-input', 'Which one?', '--task', 'task_none'])).toMatchObject({
      code: 2,
    })
    expect(await client.sessions.get(sessionId)).toEqual(before)
  })

  it('that asks waits for a person, until it reports that it goes on', async () => {
    const { sessionId, text } = await inside()
    await text(['report', 'needs-input', 'Tabs or spaces?', '--task', idOf(1)])
    const asking = await client.sessions.get(sessionId)
    expect(asking.needsInput).toMatchObject({ active: true, message: 'Tabs or spaces?' })
    await text(['report', 'progress', 'Spaces, then', '--task', idOf(1)])
    expect((await client.sessions.get(sessionId)).needsInput).toMatchObject({ active: false })
  })

  it('register makes the session that the environment names, once', async () => {
    const args = [
      'session',
      'register',
      '--project-id',
      project.id,
      '--name',
      'By hand',
      '--task-ids',
      idOf(0),
    ]
    const env = { MAESTRO_SESSION_ID: `mine_${project.id}` }
    expect(await outside.json(args, { env })).toMatchObject({
      id: env.MAESTRO_SESSION_ID,
      status: 'working',
      name: 'By hand',
      taskIds: [idOf(0)],
    })
    await client.sessions.update(env.MAESTRO_SESSION_ID, { status: 'idle' })
    expect(await outside.text(args, { env })).toContain(`Registered ${env.MAESTRO_SESSION_ID} (working)`)
    expect(await client.sessions.list({ projectId: project.id })).toHaveLength(1)
  })
})
