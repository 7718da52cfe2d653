import { now } from '../app'
import { age } from '../state/time'
import { exactTitle } from './exact'

/** How long ago; the exact time in the title, and for screen readers. */
export const Age = ({ at }: { at: number }) => (
  <time dateTime={new Date(at).toISOString()} title={exactTitle(at)}>
    {age(at, now.value)}
  </time>
)
