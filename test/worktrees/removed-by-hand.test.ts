// Somebody has removed a worktree or its branch by hand, and is told what is not so, or not what to do now.
import { existsSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { afterAll, expect, it } from 'vitest'
import { readRecord, removeRecord } from '../../local-dev/worktrees/record'
import { restoreWorktree } from '../../local-dev/worktrees/restore'
import { startApp } from '../cli/app'
import { openGitFolder } from './git-folder'
import { addTree } from './session-tree'

const folder = openGitFolder()
folder.commit('app', { a: 'a\n' })
const { server, client, maestro, project } = await startApp({ env: folder.env, workingDir: folder.at('app') })
afterAll(async () => {
  await server.stop()
  folder.close()
})

const endedSession = async () => {
  const { id } = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
  const made = await addTree(folder, id, { project: project.id })
  const { path, branch, base } = made
  await client.sessions.update(id, { status: 'completed', workspace: { path, branch, base } })
  return made
}
const removeTree = (path: string) => rmSync(path, { recursive: true })
const removeBranch = (branch: string) => folder.git('app', 'update-ref', '-d', `refs/heads/${branch}`)

it('clean says what was gone already, and the second time that there is nothing', async () => {
  const cases = await Promise.all([endedSession(), endedSession(), endedSession()])
  const [noTree, noBranch, neither] = cases
  removeTree(noTree.path)
  folder.git(noBranch.name, 'checkout', '-q', '--detach')
  removeBranch(noBranch.branch)
  removeTree(neither.path)
  removeBranch(neither.branch)
  const clean = (id: string, ...words: string[]) => maestro.text(['session', 'clean', id, ...words])
  expect(await clean(noTree.id, '--dry-run')).toBe(
    `${noTree.id} would lose its branch ${noTree.branch} (${noTree.path} was gone already)\n`,
  )
  expect(await clean(noTree.id)).toBe(
    `${noTree.id}: removed its branch ${noTree.branch} (${noTree.path} was gone already)\n`,
  )
  expect(await clean(noBranch.id)).toBe(
    `${noBranch.id}: removed ${noBranch.path} (its branch ${noBranch.branch} was gone already)\n`,
  )
  const { removed } = await maestro.json<{ removed: object[] }>(['session', 'clean', neither.id])
  expect(removed).toMatchObject([{ sessionId: neither.id, alreadyGone: ['tree', 'branch'] }])
  for (const { id, path, branch } of cases) {
    expect(await clean(id)).toBe(`Nothing to remove: ${id} has no worktree, or none any more\n`)
    expect([existsSync(path), folder.git('app', 'for-each-ref', `refs/heads/${branch}`)]).toEqual([false, ''])
  }
})

it('clean forgets a worktree that a clean which was killed had removed, and none that may be elsewhere', async () => {
  const one = await endedSession()
  removeTree(one.path)
  await removeRecord(one.owner.home, { project: project.id, session: one.id })
  const clean = () => maestro.text(['session', 'clean', one.id])
  expect(await clean()).toBe(`Nothing is known here of the worktree ${one.path} of ${one.id}\n`)
  await client.sessions.update(one.id, { metadata: { runner: { host: hostname() } } })
  expect(await clean()).toContain('Nothing to remove')
  expect(await client.sessions.get(one.id)).not.toHaveProperty('workspace')
})

it('merge and diff say how a branch that was deleted comes back, or is forgotten', async () => {
  const one = await endedSession()
  const done = folder.commit(one.name, { 'by one': '1\n' })
  folder.git(one.name, 'checkout', '-q', '--detach')
  removeBranch(one.branch)
  const merge = () => maestro.run(['session', 'merge', one.id])
  const again = `git -C ${folder.at('app/.git')} branch ${one.branch} ${done.slice(0, 12)}`
  expect(await merge()).toMatchObject({ code: 1, stderr: expect.stringContaining(again) })
  removeTree(one.path)
  expect((await maestro.run(['session', 'diff', one.id])).stderr).toContain(again)
  folder.git('app', ...again.split(' ').slice(3))
  expect(await merge()).toMatchObject({ code: 0, stdout: expect.stringContaining('1 file,') })
  const two = await endedSession()
  removeBranch(two.branch)
  folder.git('app', 'worktree', 'remove', '-f', '-f', two.path)
  expect((await maestro.run(['session', 'merge', two.id])).stderr).toContain(
    `maestro session clean ${two.id} forgets it`,
  )
})

it('what another process has made again, or removed, since the record was read is left as it is', async () => {
  const { owner, path, name } = await endedSession()
  const found = await readRecord(owner.home, owner.projectId, owner.sessionId)
  if (!found) throw new Error('It has no record')
  folder.write(name, { a: 'written since\n' })
  const restoring = { home: owner.home, found, git: { directory: folder.at('app'), env: folder.env } }
  expect(await restoreWorktree(restoring)).toEqual(found)
  expect(folder.read(`${name}/a`)).toBe('written since\n')
  removeTree(path)
  await removeRecord(owner.home, found)
  await expect(restoreWorktree(restoring)).rejects.toThrow(`The worktree ${path} was removed meanwhile`)
  expect(existsSync(path)).toBe(false)
})

it('names of files stay on one line, and one line is one', async () => {
  const one = await endedSession()
  folder.write(one.name, { 'new\nline': '1\n' })
  folder.commit(`${one.name}/in\nner`, { x: 'x\n' })
  const { stdout, stderr } = await maestro.run(['session', 'diff', one.id, '--stat'])
  expect(stdout).toMatch(/ "new\\nline"\n1 file, 1 line added, 0 removed\n$/)
  expect(stderr).toContain('"in\\nner/" is a repository of its own')
})
