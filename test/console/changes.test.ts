// What an agent has changed is read wrongly, or merged by a command that does something else.
import { describe, expect, it } from 'vitest'
import {
  type DiffFile,
  fateOf,
  joinPage,
  machineOf,
  mergeCommand,
  mergeNotes,
  openAtFirst,
  whyNotShown,
} from '../../console/state/changes'
import { patchLines } from '../../console/state/patch'
import type { SessionDiff } from '../../functions/client/client'
import { session } from './entities'

const file = (path: string, fields: Partial<DiffFile> = {}): DiffFile => ({
  ...{ path, status: 'modified', additions: 1, deletions: 1 },
  ...fields,
})
const page = (files: DiffFile[], fields: Partial<SessionDiff> = {}): SessionDiff => ({
  ...{ sessionId: 'sess_1', branch: 'maestro/sess_1', base: 'a'.repeat(40), head: 'b'.repeat(40) },
  ...{ total: files.length, additions: 1, deletions: 1, files },
  ...fields,
})
const short = (patch: string) => patchLines(patch).map(({ kind, text, number }) => [kind, text, number])

describe('a patch', () => {
  it('has a number for each line, and takes no line of a file for a word of git', () => {
    const patch = [
      ...['diff --git a/x b/x', 'index 1..2 100644', '--- a/x', '+++ b/x', '@@ -1,3 +1,3 @@ heading'],
      ...[' same', '--- a comment', '-@@ -9 +9 @@', '++++ plus', '+diff --git a/y b/y'],
      ...['@@ -20 +20,0 @@', '-last', '\\ No newline at end of file', ''],
    ].join('\n')
    expect(short(patch)).toEqual([
      ['place', '@@ -1,3 +1,3 @@ heading', undefined],
      ['same', ' same', 1],
      ['removed', '--- a comment', 2],
      ['removed', '-@@ -9 +9 @@', 3],
      ['added', '++++ plus', 2],
      ['added', '+diff --git a/y b/y', 3],
      ['place', '@@ -20 +20,0 @@', undefined],
      ['removed', '-last', 20],
      ['note', 'No newline at end of file', undefined],
    ])
  })

  it('has lines of both where a file became a link, and none of what was only renamed or is binary', () => {
    const became =
      '--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-text\ndiff --git a/x b/x\n@@ -0,0 +1 @@\n+kept.txt\n'
    expect(short(became).map(([kind]) => kind)).toEqual(['place', 'removed', 'place', 'added'])
    expect(short('diff --git a/x b/y\nrename from x\nrename to y\n')).toEqual([])
    expect(short('')).toEqual([])
  })

  it('hides nothing behind characters that turn the text around, and cuts what no person reads', () => {
    expect(short('@@ -0,0 +1,2 @@\n+if (a\u202e) {\u0007\r\n+a\u2028b\n').map(([, text]) => text)).toEqual([
      '@@ -0,0 +1,2 @@',
      '+if (a‹U+202E›) {␇␍',
      '+a‹U+2028›b',
    ])
    const [, long] = short(`@@ -0,0 +1 @@\n+${'x'.repeat(1500)}\n`)
    expect(long?.[1]).toMatch(/^\+x{999} … and 501 more characters$/)
  })
})

describe('what a session has changed', () => {
  it('is told in words, and opened at first as far as one can read it', () => {
    expect(fateOf(file('a', { status: 'added', mode: '100644' }))).toBe('added')
    expect(fateOf(file('a', { oldMode: '100644', mode: '100755', binary: true, uncommitted: true }))).toBe(
      'changed, mode 100644 to 100755, binary, or over 8 MiB, not committed',
    )
    const many = [file('a', { additions: 250 }), file('b', { additions: 200 }), file('c'), file('d')]
    expect([...openAtFirst(many)]).toEqual(['a', 'b'])
  })

  it('says where its pages are of different moments', () => {
    const first = joinPage(undefined, page([file('a')], { total: 2, nextCursor: 'YQ' }))
    expect(joinPage(first, page([file('b')], { total: 2 }))).toMatchObject({
      files: [{ path: 'a' }, { path: 'b' }],
      isTorn: false,
    })
    const later = joinPage(first, page([file('b')], { total: 2, head: 'c'.repeat(40) }))
    expect(later).toMatchObject({ isTorn: true })
    expect(joinPage(undefined, page([]))).toMatchObject({ isTorn: false })
  })

  it('says why it is not shown, in words of its own where the server has none', () => {
    expect(whyNotShown(501, 'It is on buildbox')).toBe('It is on buildbox')
    expect(whyNotShown(404, 'Worktree not found')).toMatch(/^It has no worktree/)
    expect(whyNotShown(undefined, 'fetch failed')).toBe('The server did not answer.')
  })
})

describe('a merge', () => {
  it('is a command that a shell takes as it was meant', () => {
    const merge = { sessionId: 'sess_1', isSquash: false, into: ' ' }
    expect(mergeCommand(merge)).toBe('maestro session merge sess_1')
    expect(mergeCommand({ ...merge, isSquash: true, into: 'feat/login' })).toBe(
      'maestro session merge sess_1 --squash --into feat/login',
    )
    expect(mergeCommand({ ...merge, into: "a'; rm -rf $HOME" })).toBe(
      "maestro session merge sess_1 --into 'a'\\''; rm -rf $HOME'",
    )
  })

  it('names what is in its way, where it is made, and what would not be in it', () => {
    const ended = session('sess_1', { status: 'completed', metadata: { runner: { host: 'buildbox' } } })
    expect(machineOf(ended)).toBe('buildbox')
    expect(machineOf(session('sess_1'))).toBeUndefined()
    const done = joinPage(undefined, page([file('a')]))
    expect(mergeNotes(done, ended)).toEqual([])
    expect(mergeNotes(undefined, ended)).toEqual([])
    const files = ['a', 'b', 'c', 'd'].map((path) => file(path, { uncommitted: true }))
    const open = joinPage(undefined, page(files, { head: 'a'.repeat(40) }))
    expect(mergeNotes(open, session('sess_1'))).toEqual([
      'It is refused as long as this is not committed: a, b, c, and 1 more.',
      'Nothing is committed since it began: there is nothing to merge yet.',
      'It still lives: what it commits later is not in this merge.',
    ])
    const part = joinPage(undefined, page(files.slice(0, 1), { nextCursor: 'YQ' }))
    expect(mergeNotes(part, ended)).toEqual([
      'It is refused as long as this is not committed: a, and perhaps more.',
    ])
  })
})
