// What a session has done is not seen, or looking at it changes what it does.
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diffOf } from '../../local-dev/worktrees/diff'
import { type GitFolder, openGitFolder } from './git-folder'
import { addTree } from './session-tree'

let folder: GitFolder
beforeEach(() => {
  folder = openGitFolder()
})
afterEach(() => folder.close())

const diff = async ({ tree }: Awaited<ReturnType<typeof addTree>>, options = {}) =>
  diffOf(await tree(), { env: folder.env, limit: 100, stat: false, ...options })

const lines = (count: number, text = 'line') =>
  Array.from({ length: count }, (_, i) => `${text} ${i}\n`).join('')

describe('what a session has changed', () => {
  it('is there whether it is committed, staged, written or new, by its base and not by what others did since', async () => {
    folder.commit('app', {
      'kept.txt': 'a\n',
      'edited.txt': lines(5),
      'moved.txt': lines(20, 'moved'),
      'gone.txt': 'g\n',
      'run.sh': '#!/bin/sh\n',
      'link-to-be': 'text\n',
      '.gitignore': 'ignored\n',
    })
    const one = await addTree(folder, 'sess_1')
    folder.commit('app', { 'others.txt': 'by another\n' })
    folder.write(one.name, { 'edited.txt': `${lines(5)}more\n`, 'committed.txt': 'c\n', ignored: 'secret\n' })
    folder.git(one.name, 'add', 'edited.txt', 'committed.txt')
    folder.git(one.name, 'commit', '-q', '-m', 'x')
    renameSync(join(one.path, 'moved.txt'), join(one.path, 'to here.txt'))
    rmSync(join(one.path, 'gone.txt'))
    chmodSync(join(one.path, 'run.sh'), 0o755)
    unlinkSync(join(one.path, 'link-to-be'))
    symlinkSync('kept.txt', join(one.path, 'link-to-be'))
    folder.write(one.name, {
      'new\nline "é".txt': 'n\n',
      'sub/new.bin': '\0\u0001',
      'staged.txt': 's\n',
      empty: '',
    })
    folder.git(one.name, 'add', 'staged.txt')
    const before = [
      folder.git(one.name, 'status', '--porcelain'),
      readFileSync(folder.at('app/.git/worktrees/sess_1/index')),
    ]
    const found = await diff(one)
    expect(found.files.map(({ patch: _, ...file }) => file)).toEqual([
      { path: 'committed.txt', status: 'added', mode: '100644', additions: 1, deletions: 0 },
      {
        path: 'edited.txt',
        status: 'modified',
        oldMode: '100644',
        mode: '100644',
        additions: 1,
        deletions: 0,
      },
      { path: 'empty', status: 'added', mode: '100644', additions: 0, deletions: 0, uncommitted: true },
      {
        path: 'gone.txt',
        status: 'deleted',
        oldMode: '100644',
        additions: 0,
        deletions: 1,
        uncommitted: true,
      },
      {
        ...{ path: 'link-to-be', status: 'type_changed', oldMode: '100644', mode: '120000' },
        ...{ additions: 1, deletions: 1, uncommitted: true },
      },
      {
        path: 'new\nline "é".txt',
        status: 'added',
        mode: '100644',
        additions: 1,
        deletions: 0,
        uncommitted: true,
      },
      {
        path: 'run.sh',
        status: 'modified',
        oldMode: '100644',
        mode: '100755',
        additions: 0,
        deletions: 0,
        uncommitted: true,
      },
      { path: 'staged.txt', status: 'added', mode: '100644', additions: 1, deletions: 0, uncommitted: true },
      {
        ...{ path: 'sub/new.bin', status: 'added', mode: '100644', additions: 0, deletions: 0 },
        ...{ binary: true, uncommitted: true },
      },
      {
        ...{ path: 'to here.txt', from: 'moved.txt', status: 'renamed', oldMode: '100644', mode: '100644' },
        ...{ additions: 0, deletions: 0, uncommitted: true },
      },
    ])
    const patchOf = (path: string) => found.files.find((file) => file.path === path)?.patch
    expect(patchOf('edited.txt')).toMatch(/^diff --git a\/edited.txt b\/edited.txt\n[\s\S]*\n\+more\n$/)
    expect(patchOf('link-to-be')).toMatch(/^diff --git [\s\S]*-text\n[\s\S]*\+kept.txt\n/)
    expect(patchOf('new\nline "é".txt')).toMatch(/\n\+n\n$/)
    expect(patchOf('run.sh')).toContain('new mode 100755')
    expect(patchOf('to here.txt')).toContain('rename from moved.txt')
    expect(patchOf('sub/new.bin')).toContain('Binary files')
    expect(found).toMatchObject({ base: one.base, total: 10, additions: 5, deletions: 2 })
    expect([
      folder.git(one.name, 'status', '--porcelain'),
      readFileSync(folder.at('app/.git/worktrees/sess_1/index')),
    ]).toEqual(before)
  })

  it('is all there, page by page, and a large change is cut and says so', async () => {
    folder.commit('app', { a: 'a\n' })
    const one = await addTree(folder, 'sess_1')
    const files = Object.fromEntries(
      Array.from({ length: 25 }, (_, i) => [`f${String(i).padStart(2, '0')}`, `${i}\n`]),
    )
    folder.write(one.name, { ...files, large: lines(60_000, 'large') })
    writeFileSync(join(one.path, 'huge'), Buffer.alloc(9 * 1024 * 1024, 'x\n'))
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await diff(one, { limit: 10, after })
      expect(page.total).toBe(27)
      seen.push(...page.files.map(({ path }) => path))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual([...Object.keys(files), 'huge', 'large'])
    const [huge, large] = (await diff(one, { limit: 10, after: 'f24' })).files
    expect(huge).toMatchObject({ path: 'huge', binary: true })
    expect(large).toMatchObject({ path: 'large', additions: 60_000, truncated: true })
    expect(large?.patch?.length).toBeLessThan(257 * 1024)
    expect(large?.patch?.endsWith('\n')).toBe(true)
    const stat = await diff(one, { limit: 1000, stat: true })
    expect(stat.files).toHaveLength(27)
    expect(stat.files.every(({ patch }) => patch === undefined)).toBe(true)
  })

  it('is not hidden by what an index was told to assume, nor by settings and attributes of the repository', async () => {
    folder.commit('app', { a: 'a\n', b: 'b\n', '.gitattributes': '* diff=evil\n' })
    const one = await addTree(folder, 'sess_1')
    folder.write(one.name, { a: 'changed\n', b: 'changed\n' })
    folder.git(one.name, 'update-index', '--assume-unchanged', 'a')
    const ran = folder.at('ran')
    for (const [name, value] of [
      ['diff.external', `touch ${ran}; false`],
      ['diff.evil.command', `touch ${ran}; false`],
      ['diff.evil.textconv', `touch ${ran}; cat`],
      ['core.fsmonitor', `touch ${ran}`],
      ['diff.noprefix', 'true'],
      ['diff.ignoreSubmodules', 'all'],
      ['color.ui', 'always'],
    ] as const)
      folder.git('app', 'config', name, value)
    const found = await diff(one)
    expect(found.files.map(({ path }) => path)).toEqual(['a', 'b'])
    expect(found.files[0]?.patch).toMatch(/^diff --git a\/a b\/a\n/)
    expect(folder.names('.')).not.toContain('ran')
  })

  it('is that of its branch where somebody has removed the tree; and says what is gone with the branch', async () => {
    folder.commit('app', { a: 'a\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { a: 'b\n' })
    rmSync(one.path, { recursive: true })
    expect((await diff(one)).files).toMatchObject([{ path: 'a', additions: 1, deletions: 1 }])
    folder.git('app', 'update-ref', '-d', 'refs/heads/maestro/sess_1')
    await expect(diff(one)).rejects.toThrow(
      `The worktree ${one.path} is gone, and so is its branch maestro/sess_1`,
    )
  })

  it('of a file that could not be merged yet, and of a repository inside, is there or said', async () => {
    folder.commit('app', { a: 'a\n' })
    const one = await addTree(folder, 'sess_1')
    folder.commit(one.name, { a: 'mine\n' })
    folder.commit('app', { a: 'theirs\n' })
    expect(() => folder.git(one.name, 'merge', '-q', 'main')).toThrow()
    folder.commit(`${one.name}/inner`, { x: 'x\n' })
    const found = await diff(one)
    expect(found.files).toMatchObject([{ path: 'a', uncommitted: true }])
    expect(found.notShown).toEqual(['inner/'])
  })
})
