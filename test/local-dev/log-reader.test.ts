// Somebody watches an agent, and sees half a line, every state of a progress bar, or runs out of memory.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createLogReader } from '../../local-dev/runner/log-reader'

const watchedLog = (content: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'output.log')
  writeFileSync(path, content)
  const read = createLogReader(path)
  const all = async (toTheEnd: boolean) => {
    const lines: string[] = []
    for await (const line of read(toTheEnd)) lines.push(line)
    return lines
  }
  return { path, all, append: (text: string) => appendFileSync(path, text) }
}

it.each([
  ['1/3\r2/3\r3/3\r\n', '3/3'],
  ['a\rb\rready\n', 'ready'],
  ['\r\r\n', ''],
  ['\u001b[2K\u001b[1G⠋ one\u001b[2K\u001b[1G\u001b[32m✔\u001b[39m two\n', '✔ two'],
  ['\u001b[Gx\u001b[0Gy\r', 'y'],
])('%j is shown as its last state', async (written, shown) => {
  expect(await watchedLog(written).all(true)).toEqual([shown])
})

it('lines come when they are whole, the last one at the end', async () => {
  const { all, append } = watchedLog('first\nsec')
  expect(await all(false)).toEqual(['first'])
  append('ond\r\nü')
  expect(await all(false)).toEqual(['second'])
  expect(await all(true)).toEqual(['ü'])
  expect(await all(true)).toEqual([])
})

it('a long log is shown from near its end, and that is said', async () => {
  const lines = Array.from({ length: 300_000 }, (_, number) => `line ${number} ü`)
  const { path, all, append } = watchedLog(`${lines.join('\n')}\n`)
  const [notice, ...shown] = await all(false)
  expect(notice).toMatch(/^… the first \d\.\d MB are left out; more of it is in /)
  expect(notice).toContain(path)
  expect(shown.length).toBeGreaterThan(10_000)
  expect(shown).toEqual(lines.slice(-shown.length))
  append('more\n')
  expect(await all(false)).toEqual(['more'])
})

it('a line without an end comes in parts, a progress bar without one as its last state', async () => {
  const long = watchedLog('x'.repeat(500_000))
  const parts = await long.all(true)
  expect(parts.join('')).toBe('x'.repeat(500_000))
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(100_000)
  const astral = `x${'😀'.repeat(100_000)}`
  expect((await watchedLog(astral).all(true)).join('')).toBe(astral)
  for (const part of await watchedLog(astral).all(true)) expect(part).not.toMatch(/^[\udc00-\udfff]/)
  const bar = watchedLog('')
  await bar.all(false)
  bar.append(Array.from({ length: 400_000 }, (_, done) => `${done} of 400000`).join('\r'))
  expect(await bar.all(false)).toEqual([])
  bar.append('\r\r\r')
  expect(await bar.all(true)).toEqual(['399999 of 400000'])
})

it('a log that was begun anew is read from its beginning', async () => {
  const { path, all } = watchedLog('old and long\n')
  await all(false)
  writeFileSync(path, 'new\n')
  expect(await all(false)).toEqual(['new'])
})
