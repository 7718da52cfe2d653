// An agent does what it likes, or what the repository that it works in has allowed it, and nobody is told.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askingOf, noticesOf, whyUnasked } from '../../local-dev/agents/asks'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-asks-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it.each([
  [false, undefined, 'does-not-ask'],
  [true, undefined, 'asks'],
  [{ versions: '>=1.10.0' }, '1.9.9', 'untried'],
  [{ versions: '>=1.10.0' }, '1.10.0-beta.1', 'asks'],
  [{ versions: '>=1.10.0' }, '2.0', 'asks'],
  [{ versions: '>=1.10.0' }, undefined, 'untried'],
])('with %j, version %s of an agent %s', (asks, version, asking) => {
  expect(askingOf({ asks }, version)).toBe(asking)
})

it('what a repository may have allowed an agent is a reason not to start it, what its user has is said', async () => {
  const [home, cwd] = [mkdtempSync(join(folder, 'home-')), mkdtempSync(join(folder, 'app-'))]
  const preset = { asks: true, ownRules: { folder: '.wren/rules', ending: '.rules' } }
  const wren = { name: 'wren', preset, version: '1.0.0' }
  const write = (root: string, name: string) => {
    mkdirSync(join(root, '.wren/rules'), { recursive: true })
    writeFileSync(join(root, '.wren/rules', name), '')
  }
  write(home, 'own.rules')
  write(cwd, 'README')
  expect(await whyUnasked(wren, { cwd })).toBeUndefined()
  const own = `wren does not ask for what ${home}/.wren/rules/own.rules allows it`
  expect(await noticesOf(wren, { home, cwd })).toEqual([own])
  write(cwd, 'all.rules')
  expect(await whyUnasked(wren, { cwd })).toContain(`wren reads ${cwd}/.wren/rules/all.rules`)
  expect(await noticesOf(wren, { home, cwd })).toHaveLength(2)
})

it('an agent that does not ask cannot be held to what it may do; one that was not tried is started, and that is said', async () => {
  const at = { home: folder, cwd: folder }
  const silent = { name: 'wren', preset: { asks: false }, version: '1.0.0' }
  expect(await whyUnasked(silent, at)).toBe('wren does not ask before it does something')
  const untried = { name: 'wren', preset: { asks: { versions: '>=2.0.0' } }, version: '1.0.0' }
  expect(await whyUnasked(untried, at)).toBeUndefined()
  expect(await noticesOf(untried, at)).toEqual([expect.stringContaining('maestro agents check wren --trial')])
})
