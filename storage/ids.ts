import type { EntityIdPrefix } from '../schemas/entities'

/** The beginning of an id: what it is the id of. */
export type IdPrefix = EntityIdPrefix | 'evt'

/** Makes the id of a new thing: `{prefix}_{milliseconds}_{9 characters of base36}`. */
export type NewId = (prefix: IdPrefix, now: number) => string

/** Random numbers, taken from the system many at a time: one by one, they are most of what an id costs. */
const createRandom = () => {
  const pool = new Uint32Array(512)
  let next = pool.length
  const word = (): number => {
    if (next === pool.length) {
      crypto.getRandomValues(pool)
      next = 0
    }
    return pool[next++] ?? 0
  }
  return (bits: 28 | 46): number => (bits === 28 ? word() >>> 4 : (word() >>> 18) * 2 ** 32 + word())
}

/**
 * A maker of ids whose order is the order in which they were made: within a millisecond each is a random step
 * above the one before, so that what was created first is listed first. The start of every millisecond takes
 * 46 random bits of the 46.5 that nine characters hold; the rest leaves room for 200,000 average steps.
 */
export const createIds = (): NewId => {
  const randomBits = createRandom()
  let lastTime = -1
  let last = 0
  return (prefix, now) => {
    last = now === lastTime ? last + 1 + randomBits(28) : randomBits(46)
    lastTime = now
    return `${prefix}_${now}_${last.toString(36).padStart(9, '0')}`
  }
}
