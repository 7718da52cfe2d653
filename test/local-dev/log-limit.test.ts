// An agent that prints without end fills the disk, and then nothing can be stored any more.
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { trimLog } from '../../local-dev/agents/log-limit'
import { createLogReader } from '../../local-dev/runner/log-reader'

const maxBytes = 4_000_000
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-log-'))
  path = join(folder, 'output.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i} ${'é'.repeat(20)}\n`).join('')

const read = async (reader: ReturnType<typeof createLogReader>) => {
  const found: string[] = []
  for await (const line of reader(false)) found.push(line)
  return found
}

it('a log keeps its beginning and the newest, says where something is missing, and goes on', async () => {
  const writer = createWriteStream(path, { flags: 'a' })
  const write = (text: string) => new Promise<void>((resolve) => writer.write(text, () => resolve()))
  await write(lines(0, 50_000))
  const reader = createLogReader(path)
  await read(reader)
  for (let round = 1; round <= 3; round++) {
    await write(lines(round * 50_000, (round + 1) * 50_000))
    await trimLog(path, maxBytes)
    expect(statSync(path).size).toBeLessThanOrEqual(maxBytes)
  }
  await write('afterwards\n')
  writer.end()
  const text = readFileSync(path, 'utf8')
  expect(text.startsWith(lines(0, 9000))).toBe(true)
  expect(text.endsWith(`${lines(180_000, 200_000)}afterwards\n`)).toBe(true)
  expect(text.match(/… output is left out here: a log holds 4 MB/g)).toHaveLength(1)
  // Who watches it sees the newest, and not all that is left once more.
  const seen = await read(reader)
  expect(seen.at(-1)).toBe('afterwards')
  expect(seen).not.toContain(lines(0, 1).trim())
})

it('a log that is short, and none at all, are left as they are', async () => {
  await trimLog(path, maxBytes)
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  writeFileSync(path, 'short\n')
  await trimLog(path, maxBytes)
  expect(readFileSync(path, 'utf8')).toBe('short\n')
})
