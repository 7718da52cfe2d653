// An agent reads or changes a file that nobody has let it: by a link.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
import { realPathOf } from '../../local-dev/permissions/real-path'
import { contextOf, cwd, edit, read } from './context'

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
