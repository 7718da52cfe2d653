// An agent reads or changes a file that nobody has let it, by whatever name, or in a mode that has it asked.
import { describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
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
