// A session starts with fewer rules than somebody wrote, or with more rights than a person has read.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadRules } from '../../local-dev/permissions/load-rules'
import { parseRules } from '../../local-dev/permissions/rules'
import { maestroInProcess } from '../cli/in-process'

let folder = ''
let home = ''
let project = ''

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rules-')))
  home = join(folder, 'home')
  project = join(folder, 'app')
  mkdirSync(join(project, '.maestro'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
const git = (...words: string[]) =>
  execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

const write = (path: string, value: unknown) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
}
const ofProject = () => join(project, '.maestro/permissions.json')
const ofUser = () => join(home, '.maestro/permissions.json')
const commit = (value: unknown) => {
  write(ofProject(), value)
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'x')
  return git('rev-parse', 'HEAD')
}

const load = (more: Partial<Parameters<typeof loadRules>[0]> = {}) =>
  loadRules({ home, flagFile: undefined, projectDir: project, base: undefined, env, ...more })
const loaded = async (more?: Parameters<typeof load>[0]) => {
  const { rules, notes } = await load(more)
  const texts = (each: readonly { text: string }[]) => each.map(({ text }) => text)
  return { deny: texts(rules.deny), ask: texts(rules.ask), allow: texts(rules.allow), notes }
}

const maestro = (...words: string[]) =>
  maestroInProcess({ PATH: process.env.PATH ?? '', HOME: home }).run(words, { cwd: project })

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
    const top = project
    project = join(top, 'packages/one')
    write(ofProject(), { deny: ['run:one'], allow: ['run:x'] })
    project = top
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
    for (const projectDir of [join(top, 'packages/one'), join(worktree, 'packages/one')])
      expect(await loaded({ projectDir, env: misled })).toMatchObject({ deny: ['run:one'], allow: [] })
    expect(await maestro('trust', 'packages/one', '--yes')).toMatchObject({ code: 0 })
    for (const projectDir of [join(top, 'packages/one'), join(worktree, 'packages/one')])
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

describe("a project's allow rules", () => {
  it('count once a person has trusted that very text, and no longer when it changes', async () => {
    commit({ allow: ['run:a'], deny: ['run:d'] })
    const before = await loaded()
    expect(before).toMatchObject({ allow: [], deny: ['run:d'] })
    expect(before.notes).toEqual([expect.stringContaining('are not trusted and do not count: maestro trust')])

    const refused = await maestro('trust')
    expect(refused).toMatchObject({ code: 64 })
    expect(refused.stdout).toContain('run:a')
    expect(refused.stderr).toContain('--yes')
    expect(await loaded()).toMatchObject({ allow: [] })

    expect(await maestro('trust', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Trusted'),
    })
    expect(await loaded()).toMatchObject({ allow: ['run:a'], notes: [] })
    const file = join(home, '.maestro/trusted.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      format: 1,
      trusted: [{ repository: project, file: '.maestro/permissions.json' }],
    })

    appendFileSync(ofProject(), '\n')
    expect(await loaded()).toMatchObject({ allow: ['run:a'] })
    git('commit', '-qam', 'changed')
    const changed = await loaded()
    expect(changed).toMatchObject({ allow: [], deny: ['run:d'] })
    expect(changed.notes).toEqual([expect.stringContaining('have changed since they were trusted')])
    expect((await maestro('trust')).stdout).toContain('changed since it was trusted')
  })

  it('are listed, told to programs, and can be taken back', async () => {
    const head = commit({ allow: ['run:a'] })
    expect((await maestro('trust', '--list')).stdout).toBe('Nothing is trusted\n')
    const told: unknown = JSON.parse((await maestro('trust', '--yes', '--json')).stdout)
    expect(told).toMatchObject({
      trusted: true,
      repository: project,
      commit: head,
      text: '{"allow":["run:a"]}',
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    })
    expect((await maestro('trust')).stdout).toContain('is trusted already')
    expect(JSON.parse((await maestro('trust', '--list', '--json')).stdout)).toMatchObject([
      { repository: project },
    ])
    expect((await maestro('trust', '--list')).stdout).toContain(project)
    expect(await maestro('trust', '--revoke')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No longer'),
    })
    expect(await loaded()).toMatchObject({ allow: [] })
    expect((await maestro('trust', '--revoke')).stdout).toContain('Nothing was trusted')
    expect((await maestro('trust', '--json')).stderr).toContain('--yes')
    await maestro('trust', '--yes')
    git('rm', '-q', '.maestro/permissions.json')
    git('commit', '-qm', 'gone')
    expect((await maestro('trust', '--revoke')).stdout).toContain('No longer trusted')
  })

  it('are trusted by no session, and by nobody where they are broken, or not committed', async () => {
    const asSession = maestroInProcess({
      PATH: process.env.PATH ?? '',
      HOME: home,
      MAESTRO_SESSION_ID: 'sess_1',
    })
    write(ofProject(), { allow: ['run:a'] })
    expect((await maestro('trust', '--yes')).stderr).toContain('only committed rules count')
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'x')
    expect((await maestro('trust', '--yes')).stderr).toContain('commit it first')
    commit({ allow: ['run:a'] })
    expect((await asSession.run(['trust', '--yes'], { cwd: project })).stderr).toContain('a person does')
    commit({ allow: ['a'] })
    expect((await maestro('trust', '--yes')).stderr).toContain('allow[0]')
    expect(() => statSync(join(home, '.maestro/trusted.json'))).toThrow()
  })

  it('do not count where the list of what is trusted is damaged, which is said and left as it is', async () => {
    commit({ allow: ['run:a'], deny: ['run:d'] })
    const file = join(home, '.maestro/trusted.json')
    for (const damaged of ['{', '{"format":2,"trusted":[]}', '[]']) {
      write(file, damaged)
      const { allow, deny, notes } = await loaded()
      expect({ allow, deny }).toEqual({ allow: [], deny: ['run:d'] })
      expect(notes[0]).toContain(file)
      expect((await maestro('trust', '--yes')).stderr).toContain(file)
      expect(readFileSync(file, 'utf8')).toBe(damaged)
    }
  })
})
