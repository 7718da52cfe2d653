// A service account has an odd home, and what is started there hangs without a word.
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeDirectory } from '../../local-dev/lib/make-directory'
import { createShimFolder } from '../../local-dev/runner/shim'

const inTemporary = () => {
  const root = mkdtempSync(join(tmpdir(), 'maestro-mkdir-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return root
}

it('a directory is made with all that it lies in, for whom it is meant', () => {
  const root = inTemporary()
  makeDirectory(join(root, 'a', 'b'), 0o700)
  makeDirectory(join(root, 'a', 'b'))
  symlinkSync(join(root, 'a'), join(root, 'link'))
  makeDirectory(join(root, 'link', 'c'))
  expect(statSync(join(root, 'a', 'b')).mode & 0o777).toBe(0o700)
  expect(statSync(join(root, 'a', 'c')).isDirectory()).toBe(true)
})

it('one that cannot be made is told, with what is in the way', async () => {
  const root = inTemporary()
  writeFileSync(join(root, 'file'), '')
  expect(() => makeDirectory(join(root, 'file', 'x', 'y'))).toThrow(
    `${join(root, 'file')} cannot be made: there is something else, which is no directory`,
  )
  expect(() => makeDirectory('/proc/nobody/x/y')).toThrow('/proc/nobody cannot be made: ENOENT')
  await expect(createShimFolder('/proc/nobody/sessions', ['x'])).rejects.toThrow(
    '/proc/nobody cannot be made',
  )
})
