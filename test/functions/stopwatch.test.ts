// The clock of a machine is set, and the server says that it has run for hours, or for less than nothing.
import { expect, it, onTestFinished, vi } from 'vitest'
import { createStopwatch } from '../../functions/services/stopwatch'

it.each([-7_200_000, 86_400_000])(
  'how long the server runs does not depend on a clock that is set by %i ms',
  (jump) => {
    const elapsed = createStopwatch()
    const before = elapsed()
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + jump)
    onTestFinished(() => clock.mockRestore())
    const after = elapsed()
    expect(after).toBeGreaterThanOrEqual(before)
    expect(after).toBeLessThan(3_600_000)
  },
)
