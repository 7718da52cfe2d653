/** Chooses the seed of a run, unless `TEST_SEED` repeats one, and prints it. */
export const setup = (): void => {
  if (process.env.TEST_SEED) return
  process.env.TEST_SEED = String(Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`Random tests: TEST_SEED=${process.env.TEST_SEED} repeats this run\n`)
}
