// Somebody spawns a session, and another one begins, or it is not known who has asked for it.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Project } from '../../functions/client/client'
import { startWork } from './work'

const { server, outside, begin, idOf, inside } = await startWork()
afterAll(() => server.stop())

let project: Project
beforeEach(async () => {
  ;({ project } = await begin())
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
})
