/** Whether a version is this one or a later one, by its numbers: what follows them, as `-beta.1`, does not count. */
export const isAtLeast = (version: string, least: string): boolean => {
  const [given, wanted] = [numbersOf(version), numbersOf(least)]
  for (const [index, number] of wanted.entries()) {
    const own = given[index] ?? 0
    if (own !== number) return own > number
  }
  return true
}

const numbersOf = (version: string): number[] =>
  (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number)
