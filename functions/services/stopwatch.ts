/** Counts milliseconds from now on, by a clock that nobody puts back. */
export const createStopwatch = (): (() => number) => {
  const start = performance.now()
  return () => performance.now() - start
}
