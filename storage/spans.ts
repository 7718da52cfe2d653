/** Where the value of a field is in a text. */
interface Span {
  field: string
  start: number
  /** After its last character. */
  end: number
  /** How many items it has, if it is a list. */
  items: number
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const backslash = 0x5c

/** Finds fields of an object in its compact JSON, in the order in which they stand there. */
export const spansOf = (json: string, fields: readonly string[]): Span[] => {
  const spans: Span[] = []
  let depth = 0
  let isInString = false
  let isKey = false
  let start = 0
  let field = ''
  let commas = 0

  const endField = (end: number) => {
    if (fields.includes(field))
      spans.push({ field, start, end, items: end - start === '[]'.length ? 0 : commas + 1 })
  }

  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (isInString) {
      if (code === backslash) at++
      else if (code === quote) {
        isInString = false
        if (isKey) field = json.slice(start, at)
      }
    } else if (code === quote) {
      isInString = true
      if (isKey) start = at + 1
    } else if (code === colon) {
      if (depth !== 1) continue
      isKey = false
      start = at + 1
    } else if (code === comma) {
      if (depth === 2) commas++
      if (depth !== 1) continue
      endField(at)
      isKey = true
    } else if (isOpening(code)) {
      depth++
      if (depth === 2) commas = 0
      isKey = depth === 1
    } else if (isClosing(code)) {
      depth--
      if (depth === 0) endField(at)
    }
  }
  return spans
}

/** `{` and `[`. */
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
/** `}` and `]`. */
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d
