// What a person has denied or allowed of files and hosts holds for others than they named, or not for those.
import { describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
import { nothingRemembered, remember } from '../../local-dev/permissions/remembered'
import type { PermissionSubject } from '../../local-dev/permissions/subject'
import { contextOf, edit, fetching, modes, read } from './context'

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
