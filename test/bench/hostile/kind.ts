import type { Target } from './target'

/** A kind of costly request, at any size. */
export interface Kind {
  name: string
  /** What the size counts. */
  unit: string
  /** The smallest size: the others are 4 and 16 times as much. */
  base: number
  /** Makes ready what an attack of this size needs; resolves with the attack, which is timed. */
  prepare(target: Target, size: number): Promise<() => Promise<unknown>>
}

/** Sends a request and wants this status: an attack that is refused too early measures nothing. */
export const expecting = async (
  status: number,
  answer: Promise<{ status: number; text: string }>,
): Promise<void> => {
  const got = await answer
  if (got.status !== status)
    throw new Error(`answered ${got.status}, not ${status}: ${got.text.slice(0, 200)}`)
}
