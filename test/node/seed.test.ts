// A random test fails once in a thousand runs, and nobody can see it fail again.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './checkout'

const root = join(import.meta.dirname, '../..')

/** Runs tests that fail, and that tell what they made up. */
const runFailing = async (seed: string) => {
  const program = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [program, 'run', '--config', 'test/node/seed/vitest.config.ts']
  const { code, output } = await run(root, process.execPath, args, {
    TEST_SEED: seed,
    CI: '',
    NO_COLOR: '1',
  }).exited
  const madeUp = [...output.matchAll(/Error: made up: (.*)/g)].map(([, text]) => text)
  const printed = [...output.matchAll(/TEST_SEED=(\d+)/g)].map(([, number = '']) => number)
  return { code, output, madeUp, printed }
}

it('the seed that a failed run prints, first and last, makes up the same again', async () => {
  const failed = await runFailing('')
  expect(failed.code).toBe(1)
  const [seed = ''] = failed.printed
  expect(failed.printed).toEqual([seed, seed])
  expect(new Set(failed.madeUp).size).toBeGreaterThanOrEqual(2)

  const [again, other] = await Promise.all([
    runFailing(seed),
    runFailing(String((Number(seed) + 1) % 2 ** 31)),
  ])
  expect(again.madeUp).toEqual(failed.madeUp)
  for (const madeUp of other.madeUp) expect(failed.madeUp).not.toContain(madeUp)
})

it('a seed that is none is refused', async () => {
  const { code, output } = await runFailing('abc')
  expect(code).toBe(1)
  expect(output).toContain('TEST_SEED is "abc": use the number that a run printed')
})

it('no test makes up what the seed does not repeat', () => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /\.m?[jt]s$/.test(file) && !file.endsWith('seed.ts'))
  const random = /\bMath\s*\.\s*random\b/
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((file) => random.test(readFileSync(join(root, 'test', file), 'utf8')))).toEqual([])
})
