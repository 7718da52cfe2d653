/** A part of something long, in bytes: from the first up to, and not with, the end. */
export interface ByteRange {
  from: number
  to: number
}

/**
 * The part that a `Range` header asks for, of `size` bytes. Undefined where all of it is to be sent: there is no header, or
 * one that asks for several parts or something else; `unsatisfiable` where there is nothing in it.
 */
export const byteRangeOf = (
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return within({ from: Math.max(0, size - Number(last)), to: size })
  if (last !== '' && Number(last) < Number(first)) return undefined
  return within({ from: Number(first), to: last === '' ? size : Math.min(size, Number(last) + 1) })
}

const within = (range: ByteRange) => (range.from < range.to ? range : 'unsatisfiable')
