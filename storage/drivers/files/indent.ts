const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c

/**
 * Indents compact JSON by two spaces, as `JSON.stringify` does, piece by piece: what it gives for one piece after the
 * other is the text of the whole.
 */
export const createIndenter = (): ((piece: string) => string) => {
  let depth = 0
  let isInString = false
  let isEscaped = false
  /** Whether the last character was an opening bracket: if a closing one follows, they stay together. */
  let isOpened = false

  return (piece) => {
    let indented = ''
    let from = 0
    const breakAt = (at: number) => {
      indented += `${piece.slice(from, at)}\n${'  '.repeat(depth)}`
      from = at
    }
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (code === backslash) isEscaped = true
        else if (code === quote) isInString = false
        continue
      }
      if (isClosing(code)) {
        depth--
        if (!isOpened) breakAt(at)
        isOpened = false
        continue
      }
      if (isOpened) breakAt(at)
      isOpened = isOpening(code)
      if (isOpened) depth++
      else if (code === quote) isInString = true
      else if (code === comma) breakAt(at + 1)
      else if (code === colon) {
        indented += `${piece.slice(from, at + 1)} `
        from = at + 1
      }
    }
    return indented + piece.slice(from)
  }
}

/** `{` and `[`. */
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
/** `}` and `]`. */
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d
