import type { TestProject } from 'vitest/node'

/**
 * Chooses the seed of a run, unless `TEST_SEED` repeats one, and prints it: at the beginning, and again after a failure.
 * Throws if `TEST_SEED` or `TEST_SCALE` is no number that makes sense.
 */
const setup = ({ vitest }: TestProject): (() => void) | undefined => {
  const { TEST_SEED: given, TEST_SCALE: scale = '1' } = process.env
  if (!(Number(scale) > 0 && Number(scale) < Infinity))
    throw new Error(`TEST_SCALE is "${scale}": use a number above 0, such as 0.1 or 100`)
  if (given && !(/^\d+$/.test(given) && Number(given) < 2 ** 31))
    throw new Error(`TEST_SEED is "${given}": use the number that a run printed`)
  if (given) return undefined
  const seed = Math.floor(Math.random() * 2 ** 31)
  process.env.TEST_SEED = String(seed)
  const say = () => void process.stdout.write(`Random tests: TEST_SEED=${seed} repeats this run\n`)
  say()
  return () => {
    if (vitest.state.getCountOfFailedTests() > 0) say()
  }
}

export default setup
