// What random tests have in common: one seed for all of a run, printed and taken back, and how much they do.

/** Every run prints it; `TEST_SEED` repeats what a run with it made up. */
export const seed = Number(process.env.TEST_SEED)

const scale = Number(process.env.TEST_SCALE ?? 1)

/** How often a random test is repeated: a hundred times as often in a long campaign. */
export const scaled = (runs: number): number => Math.max(1, Math.round(runs * scale))

/** The time that a scaled test may take, in milliseconds. */
export const scaledMs = (timeoutMs: number): number => timeoutMs * Math.max(1, scale)

/** Whether the run is long enough for what nearly always happens to have happened. */
export const isFullRun = scale >= 1

/** A generator of numbers from 0 to 1, without 1: the same for the same seed and name (mulberry32). */
export const createRandom = (name: string): (() => number) => {
  let state = seed
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** So many of these, drawn by the seed, in their order: all of them in a long campaign. */
export const someOf = <Case>(name: string, cases: readonly Case[], most: number): Case[] => {
  const random = createRandom(name)
  const drawn = cases.map((_, index) => ({ index, rank: random() })).sort((a, b) => a.rank - b.rank)
  const kept = new Set(drawn.slice(0, scaled(most)).map(({ index }) => index))
  return cases.filter((_, index) => kept.has(index))
}
