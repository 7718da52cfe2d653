import type * as z from 'zod'
import type { ErrorObject } from './protocol'

const maxDepth = 6
/** Of an error, no more is looked at. */
const maxTextLength = 64 * 1024

/** All that stands in a value, with its key, as far down as it makes sense. */
export const valuesIn = (value: unknown, depth = 0): { key: string; value: unknown }[] =>
  typeof value !== 'object' || value === null || depth > maxDepth
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [{ key, value: inner }, ...valuesIn(inner, depth + 1)])

/** All that an agent says in an error: some have the reason in `data`, as text or deep in it. */
export const textOf = ({ message = '', data }: z.infer<typeof ErrorObject>): string => {
  const details = valuesIn(data).flatMap(({ key, value }) =>
    typeof value === 'object' ? [] : [`${key}: ${value}`],
  )
  return [message, ...(typeof data === 'string' ? [data] : details)].join('\n').slice(0, maxTextLength)
}
