// A session starts with fewer rules than somebody wrote, or with others than were committed.
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseRules } from '../../local-dev/permissions/rules'
import { createRulesFolders, env, write } from './rules-folder'

const { open, close, git, ofProject, ofUser, commit, load, loaded, maestro } = createRulesFolders()
let folder = ''
let project = ''
beforeEach(() => {
  ;({ folder, project } = open())
})
afterEach(close)

describe('a file of rules', () => {
  it.each([
    ['no JSON', '{"deny": [}', 'not valid JSON'],
    ['a list', '[]', 'expected object'],
    ['a list that is misspelt', { denny: [] }, 'denny'],
    ['a list that is there twice', '{"deny":["run:x"],"deny":[]}', 'deny is there twice'],
    ['a rule that is no text', { deny: ['run:x', 1] }, 'deny.1'],
    ['no kind', { deny: ['git push'] }, 'deny[0]: "git push"'],
    ['another kind', { ask: ['Bash:x'] }, 'ask[0]'],
    ['nothing behind it', { allow: ['run: '] }, 'names nothing'],
    ['a compound command', { deny: ['run:a && b'] }, 'more than one command'],
    ['what a shell replaces', { deny: ['run:git $X'] }, 'no plain beginning'],
    ['a pattern of commands', { deny: ['run:npm *'] }, 'leave * out'],
    ['a pattern of commands of another program', { deny: ['run:npm:*'] }, 'leave * out'],
    ['a variable', { deny: ['run:A=1 b'] }, 'sets a variable'],
    ['a redirection', { allow: ['run:a > b'] }, 'no plain beginning'],
    ['braces', { deny: ['edit:{a,b}'] }, 'patterns do not know'],
    ['..', { allow: ['edit:../x'] }, '".."'],
    ["another user's home", { deny: ['read:~bob/x'] }, 'another user'],
    ['an address', { deny: ['fetch:https://x.y/'] }, 'is no host'],
    ['characters that nobody sees', { deny: ['edit:a\u202eb'] }, 'nobody sees'],
  ])('with %s is refused, with its name and the place', async (_, value, place) => {
    write(ofUser(), value)
    const error = await load().catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ name: 'RulesError' })
    expect(String(error)).toContain(ofUser())
    expect(String(error)).toContain(place)
    expect(String(error)).not.toContain('\n')
  })

  it('may have a byte order mark, and lists that are left out', () => {
    expect(parseRules('\ufeff{}', 'x')).toEqual({ deny: [], ask: [], allow: [] })
    expect(parseRules('{"deny":["run: git  push ","fetch:*.a.b","edit:src/**"]}', 'x').deny).toMatchObject([
      { words: ['git', 'push'] },
      { value: '*.a.b' },
      { value: 'src/**' },
    ])
  })
})

describe('the rules of a session', () => {
  it("are the user's, the runner's and the project's, together", async () => {
    write(ofUser(), { allow: ['run:a'], deny: ['run:d'] })
    write(join(folder, 'flag.json'), { ask: ['run:b'] })
    commit({ deny: ['run:c'] })
    expect(await loaded({ flagFile: join(folder, 'flag.json') })).toEqual({
      allow: ['run:a'],
      ask: ['run:b'],
      deny: ['run:d', 'run:c'],
      notes: [],
    })
  })

  it('are refused where a file is missing that was named, or cannot be read', async () => {
    await expect(load({ flagFile: join(folder, 'no.json') })).rejects.toThrow(/no\.json.*--permissions/)
    mkdirSync(ofUser(), { recursive: true })
    await expect(load()).rejects.toThrow(ofUser())
  })

  it('are those of the commit, whatever is in the directory', async () => {
    const first = commit({ deny: ['run:c'] })
    write(ofProject(), { allow: ['run:evil'] })
    expect(await loaded()).toMatchObject({ deny: ['run:c'], allow: [] })
    git('commit', '-qam', 'y')
    expect(await loaded()).toMatchObject({ deny: [], allow: [] })
    expect(await load({ base: first })).toMatchObject({ commit: first, rules: { deny: [{ text: 'run:c' }] } })
    git('update-ref', `refs/replace/${first}`, 'HEAD')
    expect(await loaded({ base: first })).toMatchObject({ deny: ['run:c'] })
  })

  it('are none of the project where there is no repository, no commit or no file', async () => {
    write(ofProject(), { allow: ['run:evil'] })
    expect(await load()).toMatchObject({ commit: undefined, rules: { allow: [] } })
    git('init', '-q')
    expect(await load()).toMatchObject({ commit: undefined, rules: { allow: [] } })
    git('commit', '-q', '--allow-empty', '-m', 'x')
    expect(await load()).toMatchObject({ commit: git('rev-parse', 'HEAD'), rules: { allow: [] } })
  })

  it('are refused where the commit is gone, or git cannot say', async () => {
    const head = commit({ deny: ['run:c'] })
    await expect(load({ base: '0123456789012345678901234567890123456789' })).rejects.toThrow(
      /permissions\.json/,
    )
    await expect(load({ base: '--help' })).rejects.toThrow('is no commit')
    await expect(load({ env: { PATH: '/nowhere' } })).rejects.toThrow('git cannot read it')
    rmSync(join(project, '.git/objects'), { recursive: true })
    await expect(load()).rejects.toThrow('git cannot read it')
    rmSync(join(project, '.git'), { recursive: true })
    await expect(load({ base: head })).rejects.toThrow('is gone')
  })

  it('are refused where the project has broken ones, or a link', async () => {
    commit({ deny: ['x'] })
    await expect(load()).rejects.toThrow(/\.maestro\/permissions\.json of the commit [\da-f]{12}.*deny\[0\]/)
    rmSync(ofProject())
    symlinkSync('/etc/hosts', ofProject())
    git('commit', '-qam', 'link')
    await expect(load()).rejects.toThrow('no plain file')
  })

  it("are found in a project that is a part of its repository, in a worktree, and whatever git's variables say", async () => {
    write(join(project, 'packages/one/.maestro/permissions.json'), { deny: ['run:one'], allow: ['run:x'] })
    commit({ deny: ['run:top'] })
    const worktree = join(folder, 'worktree')
    git('worktree', 'add', '-q', '-b', 'w', worktree)
    const misled = {
      ...env,
      GIT_DIR: '/nowhere',
      GIT_WORK_TREE: '/',
      GIT_OBJECT_DIRECTORY: '/',
      GIT_INDEX_FILE: '/x',
    }
    expect(await loaded({ env: misled })).toMatchObject({ deny: ['run:top'] })
    for (const projectDir of [join(project, 'packages/one'), join(worktree, 'packages/one')])
      expect(await loaded({ projectDir, env: misled })).toMatchObject({ deny: ['run:one'], allow: [] })
    expect(await maestro('trust', 'packages/one', '--yes')).toMatchObject({ code: 0 })
    for (const projectDir of [join(project, 'packages/one'), join(worktree, 'packages/one')])
      expect(await loaded({ projectDir })).toMatchObject({ allow: ['run:x'], notes: [] })
  })

  it('run nothing of the repository', async () => {
    commit({ deny: ['run:c'] })
    const marker = join(folder, 'ran')
    const script = join(folder, 'evil.sh')
    write(script, `#!/bin/sh\ntouch ${marker}\n`)
    chmodSync(script, 0o755)
    for (const setting of ['core.fsmonitor', 'core.pager', 'diff.external', 'core.sshCommand', 'core.editor'])
      git('config', setting, script)
    git('config', 'core.hooksPath', folder)
    await load()
    // What is missing in a clone of a part may be fetched.
    git('config', 'core.repositoryFormatVersion', '1')
    git('config', 'extensions.partialClone', 'origin')
    git('config', 'remote.origin.promisor', 'true')
    git('config', 'remote.origin.url', 'ssh://nowhere.invalid/x')
    const blob = git('rev-parse', 'HEAD:.maestro/permissions.json')
    rmSync(join(project, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    await load().catch(() => undefined)
    expect(() => statSync(marker)).toThrow()
  })
})
