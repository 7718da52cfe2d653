// What the command and the server say of a worktree is not what is in it, or they take one for another's.
import { hostname } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { createApp } from '../../functions/app'
import type { Project, Session } from '../../functions/client/client'
import { worktreeDiffs } from '../../local-dev/server/diffs'
import type { SessionDiff } from '../../schemas/diff'
import { parseTrusted } from '../../schemas/json-text'
import { startApp } from '../cli/app'
import { calledLocally, createMemoryServices, localRequest } from '../functions/services'
import { openGitFolder } from './git-folder'
import { addTree } from './session-tree'

const folder = openGitFolder()
folder.commit('app', { a: 'a\n', '.gitignore': 'out\n' })
const { server, client, maestro, project } = await startApp({ env: folder.env, workingDir: folder.at('app') })
afterAll(async () => {
  await server.stop()
  folder.close()
})

/** A session with a worktree, as its runner leaves it. */
const sessionWithTree = async (status: 'working' | 'completed' = 'completed') => {
  const { id } = await client.sessions.create({
    projectId: project.id,
    taskIds: [],
    name: 'Login',
    status: 'working',
  })
  const made = await addTree(folder, id, { project: project.id })
  const { path, branch, base } = made
  await client.sessions.update(id, { status, workspace: { path, branch, base } })
  return made
}

describe('diff, merge and clean', () => {
  it('show what a session did, bring it home and tidy up after it', async () => {
    const one = await sessionWithTree()
    folder.commit(one.name, { a: 'one\n' })
    folder.write(one.name, { 'new file': 'n\n' })
    const shown = await maestro.text(['session', 'diff', one.id])
    expect(shown).toMatch(
      /^diff --git a\/a b\/a\n[\s\S]*\+one\ndiff --git a\/new file b\/new file\n[\s\S]*\+n\n$/,
    )
    expect(await maestro.text(['session', 'diff', one.id, '--stat'])).toMatch(
      /M +\+1 -1 +a\nA +\+1 -0 +uncommitted +new file\n2 files, 2 lines added, 1 removed\n$/,
    )
    const refused = await maestro.run(['session', 'merge', one.id])
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`new file in ${one.path} is not committed`),
    })
    folder.git(one.name, 'add', '-A')
    folder.git(one.name, 'commit', '-q', '-m', 'new')
    expect(await maestro.text(['session', 'merge', one.id])).toMatch(
      /^Merged maestro\/\S+ into main: 2 files, /,
    )
    expect(folder.read('app/new file')).toBe('n\n')
    expect(await maestro.text(['session', 'merge', one.id])).toContain('Nothing to merge')
    expect(await maestro.text(['session', 'clean', one.id, '--dry-run'])).toContain(
      `${one.id} would lose ${one.path}`,
    )
    expect(await maestro.text(['session', 'clean', one.id])).toContain(`${one.id}: removed ${one.path}`)
    expect(await client.sessions.get(one.id)).not.toHaveProperty('workspace')
    const after = await maestro.run(['session', 'diff', one.id])
    expect(after).toMatchObject({ code: 1, stderr: expect.stringContaining('has no worktree') })
  })

  it('clean those of all that have ended, and say what keeps the others', async () => {
    const [living, done, unmerged] = [
      await sessionWithTree('working'),
      await sessionWithTree(),
      await sessionWithTree(),
    ]
    folder.commit(unmerged.name, { b: 'b\n' })
    const stranger = await addTree(folder, 'sess_stranger', { project: project.id })
    const { removed, kept } = await maestro.json<{
      removed: { sessionId: string }[]
      kept: { sessionId: string; reasons: string[] }[]
    }>(['session', 'clean', '--all-ended'])
    expect(removed.map(({ sessionId }) => sessionId)).toEqual([done.id])
    expect(Object.fromEntries(kept.map(({ sessionId, reasons }) => [sessionId, reasons]))).toEqual({
      [unmerged.id]: [expect.stringMatching(/^1 commit of maestro\/\S+ .* is merged nowhere$/)],
      [stranger.id]: ['this server has no such session'],
    })
    const refused = await maestro.run(['session', 'clean', living.id, '--force'])
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('the session lives') })
    expect((await maestro.run(['session', 'clean', unmerged.id])).code).toBe(1)
    expect(await maestro.text(['session', 'clean', unmerged.id, '--force'])).toMatch(
      /: removed .*, although 1 commit .* is merged nowhere; commits that no branch has are at refs\/maestro\/kept\//,
    )
    for (const words of [[], [living.id, '--all-ended']])
      expect((await maestro.run(['session', 'clean', ...words])).code).toBe(64)
  })

  it('say where a worktree is that is not here', async () => {
    const { id } = await client.sessions.create({ projectId: project.id, taskIds: [] })
    for (const verb of ['diff', 'merge'])
      expect(await maestro.run(['session', verb, id])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`${id} has no worktree`),
      })
    await client.sessions.update(id, { metadata: { runner: { host: 'build-7' } } })
    expect((await maestro.run(['session', 'merge', id])).stderr).toContain(
      `The worktree of ${id} is on build-7`,
    )
    expect((await maestro.run(['session', 'diff', id])).stderr).toContain('build-7')
  })
})

describe('GET /api/sessions/:id/diff', () => {
  it('has what the worktree has, page by page, and the machine of one that is elsewhere', async () => {
    const home = folder.at('home')
    const services = { ...(await createMemoryServices({})), diffs: worktreeDiffs(home, folder.env) }
    const app = createApp()
    const ask = async <T = unknown>(method: string, path: string, body?: unknown) => {
      const init = {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'Content-Type': 'application/json' },
        }),
      }
      const answer = await app.fetch(localRequest(path, init), calledLocally(services))
      return { status: answer.status, headers: answer.headers, body: parseTrusted<T>(await answer.text()) }
    }
    const created = await ask<Project>('POST', '/api/projects', { name: 'app' })
    const { body: session } = await ask<Session>('POST', '/api/sessions', {
      projectId: created.body.id,
      taskIds: [],
    })
    const at = `/api/sessions/${session.id}/diff`
    expect(await ask('GET', at)).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND', message: 'Worktree not found' },
    })
    const made = await addTree(folder, session.id, { project: created.body.id })
    folder.write(made.name, { x: 'x\n', 'y "z"\n': 'y\n' })
    const first = await ask<SessionDiff>('GET', `${at}?limit=1`)
    expect(first).toMatchObject({
      status: 200,
      body: { base: made.base, total: 2, files: [{ path: 'x', patch: expect.stringContaining('+x') }] },
    })
    const cursor = first.headers.get('x-next-cursor')
    expect([first.body.nextCursor, first.headers.get('x-total-count')]).toEqual([cursor, '2'])
    const second = await ask<SessionDiff>('GET', `${at}?limit=1&stat=1&cursor=${cursor}`)
    expect(second.body.files).toEqual([
      { path: 'y "z"\n', status: 'added', mode: '100644', additions: 1, deletions: 0, uncommitted: true },
    ])
    expect(second.headers.get('x-next-cursor')).toBeNull()
    for (const query of ['limit=0', 'limit=1001', 'cursor=%21'])
      expect(await ask('GET', `${at}?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_ERROR' },
      })
    folder.git('app', 'worktree', 'unlock', made.path)
    folder.git('app', 'worktree', 'move', made.path, folder.at('elsewhere'))
    folder.commit(made.name, { trap: 't\n' })
    expect(await ask('GET', at)).toMatchObject({
      status: 409,
      body: { code: 'INVALID_STATE', message: expect.stringContaining(made.path) },
    })
    await ask('PATCH', `/api/sessions/${session.id}`, { metadata: { runner: { host: `not-${hostname()}` } } })
    expect(await ask('GET', at)).toMatchObject({
      status: 501,
      body: { code: 'NOT_IMPLEMENTED', details: { host: `not-${hostname()}` } },
    })
  })
})
