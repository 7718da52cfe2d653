import { now } from '../app'
import { age, exactTime } from '../state/time'

/** How long ago; the exact time in the title, and for screen readers. */
export const Age = ({ at }: { at: number }) => (
  <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
    {age(at, now.value)}
  </time>
)
