// An agent reads or changes a file that nobody has let it: by another name, by a link, or in a mode that has it asked.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
import { realPathOf } from '../../local-dev/permissions/real-path'
import { nothingRemembered, remember } from '../../local-dev/permissions/remembered'
import type { PermissionSubject } from '../../local-dev/permissions/subject'
import { contextOf, cwd, edit, fetching, modes, read } from './context'
import { listed } from './listed'

describe('without rules', () => {
  it('reads are allowed in every mode, edits in the directory from acceptEdits on', () => {
    for (const path of [
      ...listed(`
      src/a.ts ¦ ./a ¦ . ¦ /usr/include/stdio.h ¦ ../other/x ¦ .git/config ¦ .env
    `),
      `${cwd}/a`,
    ])
      for (const mode of modes) expect(read(path, { mode }), path).toBe('allow')
    for (const path of ['src/a.ts', './a', `${cwd}/a/b`, 'a/../b', '.gitignore', '.github/workflows/ci.yml'])
      expect(
        modes.map((mode) => edit(path, { mode })),
        path,
      ).toEqual(['ask', 'ask', 'allow', 'allow', 'allow'])
  })

  it.each([
    ...[
      '../x',
      '/etc/hosts',
      '~/x',
      '/tmp/x',
      'a/../../x',
      '/',
      `${cwd}x`,
      '..',
      '.',
      cwd,
      'file:///etc/hosts',
    ],
    '.git/config',
    '.git',
    'sub/.git/hooks/x',
    '.GIT/config',
    '.g\u200dit/config',
    '.maestro/permissions.json',
    '.claude/settings.json',
    '.codex/config.toml',
    '.gemini/settings.json',
    '.opencode/x',
    '.qwen/x',
    '.mcp.json',
    'sub/.mcp.json',
    '.bashrc',
    'x/.zshenv',
    '~/.bashrc',
    '~/.profile',
    '.envrc',
    `${cwd}/a/../.git/x`,
  ])('an edit of %s is asked in every mode but bypassPermissions', (path) => {
    expect(modes.map((mode) => edit(path, { mode, allow: ['edit:.git/**'] }))).toEqual([
      'ask',
      'ask',
      'ask',
      'ask',
      'allow',
    ])
  })

  it.each(
    listed(`
      ~/.ssh/id_rsa ¦ /home/ada/.ssh ¦ ~/.SSH/config ¦ /home/bob/.ssh/id_rsa ¦ ~/.maestro/trusted.json
      ~/.maestro/sessions/sess_2/token ¦ ~/.aws/credentials ¦ ~/.netrc ¦ ~/.config/gh/hosts.yml
      ~/.codex/auth.json ¦ /proc/self/environ ¦ /proc/1/environ ¦ /etc/shadow ¦ ~ ¦ / ¦ /home ¦ /home/ada
      ~/.config ¦ ../.ssh/x ¦ sub/.ssh/x ¦ ~/.bash_history
    `),
  )('a read of %s is asked in every mode but bypassPermissions', (path) => {
    expect(modes.map((mode) => read(path, { mode, allow: ['read:~/.ssh/**', 'read:/**'] }))).toEqual([
      'ask',
      'ask',
      'ask',
      'ask',
      'allow',
    ])
  })

  it("the session's own folder and worktree may be read below ~/.maestro, and other sessions' may not", () => {
    expect(read('~/.maestro/sessions/sess_1/manifest.json', { mode: 'plan' })).toBe('allow')
    const worktree = { cwd: '/home/ada/.maestro/worktrees/p/sess_1', mode: 'acceptEdits' as const }
    expect(read('src/a', worktree)).toBe('allow')
    expect(edit('src/a', worktree)).toBe('allow')
    expect(read('../sess_2/a', worktree)).toBe('ask')
    expect(edit('.git', worktree)).toBe('ask')
    const part = { ...worktree, cwd: `${worktree.cwd}/packages/one`, tree: worktree.cwd }
    expect([read('../two/a', part), edit('../two/a', part), read('../../../sess_2/a', part)]).toEqual([
      'allow',
      'ask',
      'ask',
    ])
    const elsewhere = { sessionFolder: '/srv/sessions/s1' }
    expect(read('/srv/sessions/s1/x', elsewhere)).toBe('allow')
    expect(read('/srv/sessions/s2/token', elsewhere)).toBe('ask')
  })

  it('where the home is the directory, its secrets are still asked', () => {
    const atHome = { cwd: '/home/ada', mode: 'acceptEdits' as const }
    expect([read('.ssh/id_rsa', atHome), edit('.ssh/authorized_keys', atHome), read('.', atHome)]).toEqual([
      'ask',
      'ask',
      'ask',
    ])
    expect([read('notes', atHome), edit('notes', atHome)]).toEqual(['allow', 'allow'])
  })

  it('the network, other tools, and what names nothing are asked', () => {
    for (const mode of modes) {
      const expected = mode === 'bypassPermissions' ? 'allow' : 'ask'
      expect(fetching('example.com', { mode })).toBe(expected)
      for (const subject of [
        { kind: 'other' },
        { kind: 'fetch' },
        { kind: 'edit', paths: [] },
        { kind: 'read' },
      ] as const)
        expect(decide({ ...subject, isWhole: true }, contextOf({ mode })).decision).toBe(expected)
    }
  })

  it('one path that is asked has the whole edit asked', () => {
    const both = (...paths: string[]) =>
      decide({ kind: 'edit', paths, isWhole: true }, contextOf({ allow: ['edit:/srv/x/**'] }))
    expect(both('a', 'b').decision).toBe('allow')
    expect(both('a', '/srv/x/y').decision).toBe('allow')
    expect(both('a', '../b').decision).toBe('ask')
    expect(both('a', '.git/x').decision).toBe('ask')
  })

  it('what is not wholly known is asked', () => {
    for (const kind of ['read', 'edit'] as const)
      expect(decide({ kind, paths: ['a'], isWhole: false }, contextOf({ allow: ['edit:**'] })).decision).toBe(
        'ask',
      )
  })
})

describe('a link', () => {
  const links = {
    [`${cwd}/out`]: '/srv/data',
    [`${cwd}/in`]: `${cwd}/src`,
    [`${cwd}/g`]: `${cwd}/.git`,
    [`${cwd}/keys`]: '/home/ada/.ssh',
  }
  it('counts as what it leads to', () => {
    expect(edit('out/new.txt', { links })).toBe('ask')
    expect(edit('out/../new.txt', { links })).toBe('ask')
    expect(edit('in/new.txt', { links })).toBe('allow')
    expect(edit('g/config', { links })).toBe('ask')
    expect(read('keys/id_rsa', { links })).toBe('ask')
    expect(edit('x', { links: { [cwd]: '/srv/app' } })).toBe('allow')
    expect(edit('/srv/app/x', { links: { [cwd]: '/srv/app' } })).toBe('allow')
  })

  it('makes no rule name something else', () => {
    expect(edit('out/x', { links, mode: 'default', allow: ['edit:out/**'] })).toBe('ask')
    expect(edit('out/x', { links, mode: 'default', allow: [`edit:${cwd}/out/**`] })).toBe('ask')
    expect(edit('out/x', { links, mode: 'default', allow: ['edit:/srv/data/**'] })).toBe('allow')
    for (const deny of ['edit:out/**', 'edit:/srv/data/x', 'edit:src/**', 'edit:in/a'])
      expect(
        [edit('out/x', { links, deny: [deny] }), edit('src/a', { links, deny: [deny] })],
        deny,
      ).toContain('deny')
    expect(edit('/tmp/x', { links: { '/tmp': '/private/tmp' }, allow: ['edit:/tmp/**'] })).toBe('allow')
    expect(edit('/private/tmp/x', { links: { '/tmp': '/private/tmp' }, deny: ['edit:/tmp/**'] })).toBe('deny')
  })

  it('is followed by the system that there is, also where it leads to nothing yet', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'real-path-')))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'app/src'), { recursive: true })
    mkdirSync(join(folder, 'srv'))
    writeFileSync(join(folder, 'srv/x'), '')
    symlinkSync('../srv', join(folder, 'app/out'))
    symlinkSync('../srv/new', join(folder, 'app/dangling'))
    symlinkSync('loop', join(folder, 'app/loop'))
    const real = (path: string) => realPathOf(join(folder, path)).slice(folder.length)
    expect([real('app/out/x'), real('app/out/y/z'), real('app/dangling'), real('app/src/a/b')]).toEqual([
      '/srv/x',
      '/srv/y/z',
      '/srv/new',
      '/app/src/a/b',
    ])
    expect(real('app/loop')).toBe('/app/loop')
    const context = { ...contextOf(), cwd: join(folder, 'app'), realPath: (path: string) => realPathOf(path) }
    const decided = (path: string) => decide({ kind: 'edit', paths: [path], isWhole: true }, context).decision
    expect(['a', 'src/a', 'out/a', 'dangling', 'out/../a', 'src/../a'].map(decided)).toEqual([
      'allow',
      'allow',
      'ask',
      'ask',
      'ask',
      'allow',
    ])
  })
})

describe('a rule for paths', () => {
  it.each([
    ['.env', ['.env', 'a/.env', 'a/../.env', '.ENV', '/srv/.env', '.env/x'], ['.env.local', 'x.env']],
    ['src/**', ['src/a', 'src/a/b', 'src', './src/a'], ['srcx', 'a/src/b']],
    ['src/*.ts', ['src/a.ts'], ['src/a/b.tsx', 'src/a.js', 'a.ts']],
    ['**/*.pem', ['a.pem', 'a/b/c.pem'], ['a.pem.txt']],
    ['secret?', ['secrets', 'a/secret1/x'], ['secret', 'secretss']],
    ['~/x/**', ['/home/ada/x/y', '~/x/y'], ['/home/bob/x/y']],
    ['/etc/**', ['/etc/hosts', '/etc'], ['etc/hosts']],
    ['**', ['a', '.git/x', '/etc/hosts'], []],
    ['a+b(c).txt', ['a+b(c).txt'], ['aab(c).txt']],
  ])('deny %s', (pattern, denied, others) => {
    for (const mode of modes) {
      for (const path of denied)
        expect(edit(path, { mode, deny: [`edit:${pattern}`], allow: ['edit:**', 'edit:/**'] }), path).toBe(
          'deny',
        )
      for (const path of others)
        expect(edit(path, { mode, deny: [`edit:${pattern}`] }), path).not.toBe('deny')
    }
    expect(read(denied[0] ?? '', { deny: [`edit:${pattern}`] })).not.toBe('deny')
  })

  it.each([
    ['docs/**', ['docs/a', 'docs/a/b'], ['docs', 'Docs/a', 'docsx/a', 'x/docs/a', '../docs/a']],
    [
      'package.json',
      ['package.json', 'a/package.json'],
      ['../package.json', '/srv/package.json', 'package.json/x'],
    ],
    ['./package.json', ['package.json'], ['a/package.json']],
    ['docs/', ['docs/a'], ['a']],
    ['**', ['a', 'a/b'], ['../a', '/etc/hosts', '.git/x']],
    ['/srv/x/*', ['/srv/x/a'], ['/srv/x/a/b', '/srv/x/../a']],
  ])('allow %s', (pattern, allowed, others) => {
    const choices = { mode: 'default' as const, allow: [`edit:${pattern}`] }
    for (const path of allowed) expect(edit(path, choices), path).toBe('allow')
    for (const path of others) expect(edit(path, choices), path).toBe('ask')
  })

  it('that asks beats one that allows; one that denies beats both, and what was allowed for the session', () => {
    const subject: PermissionSubject = { kind: 'edit', paths: ['a'], isWhole: true }
    const decided = (choices: Parameters<typeof contextOf>[0]) => {
      const context = contextOf({ allow: ['edit:a'], ...choices })
      return decide(subject, { ...context, remembered: remember(nothingRemembered, subject, context) })
        .decision
    }
    expect(decided({})).toBe('allow')
    for (const mode of modes) {
      expect(decided({ mode, ask: ['edit:a'] })).toBe('ask')
      expect(decided({ mode, ask: ['edit:a'], deny: ['edit:**'] })).toBe('deny')
    }
  })

  it('holds for what a search would look through', () => {
    const search = (path: string, deny: string[], mode = modes[0]) =>
      decide(
        { kind: 'read', paths: [path], isSearch: true, isWhole: true },
        contextOf({ deny, ...(mode && { mode }) }),
      ).decision
    for (const mode of modes) {
      expect(search('.', ['read:secret/**'], mode)).toBe('ask')
      expect(search('.', ['read:.env'], mode)).toBe('ask')
      expect(search('src', ['read:.env'], mode)).toBe('ask')
      expect(search('secret/x', ['read:secret/**'], mode)).toBe('deny')
    }
    expect(search('src', ['read:secret/**'])).toBe('allow')
    expect(search('~', [])).toBe('ask')
    expect(read('src/a.ts', { deny: ['read:.env'] })).toBe('allow')
  })

  it('names hosts whole, and what is below them where it denies', () => {
    expect(fetching('example.com', { allow: ['fetch:example.com'] })).toBe('allow')
    expect(fetching('Example.com.', { allow: ['fetch:example.com'] })).toBe('allow')
    for (const host of ['www.example.com', 'example.com.evil.org', 'evilexample.com', 'com'])
      expect(fetching(host, { allow: ['fetch:example.com'] }), host).toBe('ask')
    expect(fetching('a.example.com', { allow: ['fetch:*.example.com'] })).toBe('allow')
    for (const host of ['example.com', 'a.example.com'])
      for (const mode of modes)
        expect(fetching(host, { mode, deny: ['fetch:example.com'], allow: ['fetch:*'] }), host).toBe('deny')
    expect(fetching('example.org', { deny: ['fetch:*'] })).toBe('deny')
  })
})

describe('what a person has allowed for the session', () => {
  it('is that very path, and only to read or only to edit', () => {
    const context = contextOf()
    const remembered = remember(
      nothingRemembered,
      { kind: 'read', paths: ['~/.ssh/config'], isWhole: true },
      context,
    )
    const decided = (subject: Omit<PermissionSubject, 'isWhole'>) =>
      decide({ isWhole: true, ...subject }, { ...context, remembered }).decision
    expect(decided({ kind: 'read', paths: ['/home/ada/.ssh/config'] })).toBe('allow')
    expect(decided({ kind: 'read', paths: ['~/.ssh/id_rsa'] })).toBe('ask')
    expect(decided({ kind: 'read', paths: ['~/.ssh/config', '~/.ssh/id_rsa'] })).toBe('ask')
    expect(decided({ kind: 'edit', paths: ['~/.ssh/config'] })).toBe('ask')
    expect(decided({ kind: 'other' })).toBe('ask')
  })
})
