import { isObject } from '../../schemas/fields'
import { parseJson } from '../../schemas/json-text'

/** Deeper than this no document of ours is nested; much deeper, and to write it as JSON overflows the stack. */
const maxDepth = 100

/**
 * Reads a body as a JSON object; an empty one counts as `{}`. Throws with what is wrong with it. What could not be stored
 * as it was sent is wrong, too: U+0000 (no program can be called with it), half a surrogate pair (no UTF-8 has it), the key
 * `__proto__` within a value (it would be lost), and numbers that a double does not hold: too large, or so small that it is 0.
 */
export const readJsonObject = (text: string): Record<string, unknown> => {
  if (text.trim() === '') return {}
  if (text.length >= 2 * maxDepth) checkDepth(text)
  const body = parse(text)
  if (!isObject(body)) throw new Error('The body must be a JSON object')
  const holdsManyDigits = manyDigits.test(text)
  if (holdsManyDigits || tinyExponent.test(text)) checkNumbers(text)
  if (holdsManyDigits || mayHoldBadText.test(text) || exponent.test(text)) checkValues(body)
  return body
}

const parse = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch (error) {
    throw new Error(`The body cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

// Most bodies hold none of these. Each looks at a character at most as often as the pattern is long, and none is long.
const mayHoldBadText = /__proto__|\\u(?:00|[dD][89a-fA-F])/
const exponent = /\d[eE]\+?\d/
/** A double holds every integer of up to 15 digits. */
const manyDigits = /\d{16}/
const tinyExponent = /\d[eE]-\d{3}/

const [quote, backslash, minus, zero, nine] = [0x22, 0x5c, 0x2d, 0x30, 0x39]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The index of the quote that ends the string which begins at `start`; the text's length if nothing ends it. */
const endOfString = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === quote) return index
    index += code === backslash ? 2 : 1
  }
  return text.length
}

const checkDepth = (text: string): void => {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === openBracket || code === openBrace) depth++
    else if (code === closeBracket || code === closeBrace) depth--
    if (depth > maxDepth) throw new Error(`The body is nested deeper than ${maxDepth} levels`)
  }
}

/** Looks at every text, key and number of a body that may hold a bad one. */
const checkValues = (body: unknown): void => {
  const waiting: { value: unknown; path: string }[] = [{ value: body, path: '' }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next
    if (typeof value === 'string') checkText(value, path)
    else if (typeof value === 'number') checkNumber(value, path)
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) {
        checkText(key, path === '' ? 'A key of the body' : `A key of ${path}`)
        if (key === '__proto__' && path !== '')
          throw new Error(`A key of ${path} is __proto__, which cannot be kept: choose another`)
        waiting.push({ value: item, path: path === '' ? key : `${path}.${key}` })
      }
  }
}

/** Half of a pair, alone. */
const loneSurrogate = /\p{Surrogate}/u

const checkText = (text: string, what: string): void => {
  if (text.includes('\0')) throw new Error(`${what} holds the character U+0000: leave it out`)
  if (loneSurrogate.test(text))
    throw new Error(`${what} is not valid Unicode: it holds half of a surrogate pair (\\ud800 to \\udfff)`)
}

const checkNumber = (value: number, path: string): void => {
  if (!Number.isFinite(value)) throw new Error(`${path} is a number that is too large: send it as a text`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new Error(`${path} is an integer that is too large to be kept exactly: send it as a text`)
}

/** Says it with the digits that were sent, and also of what a later key hides. */
const checkNumbers = (text: string): void => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === minus || (code >= zero && code <= nine)) {
      const token = numberAt(text, index)
      if (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)))
        throw new Error(`The number ${shortened(token)} cannot be kept exactly: send it as a text`)
      if (/^[^eE]*[1-9]/.test(token) && Number(token) === 0)
        throw new Error(`The number ${shortened(token)} is too small to be kept: send it as a text`)
      index += token.length - 1
    }
  }
}

const numberAt = (text: string, start: number): string => {
  let end = start + 1
  while (end < text.length && '0123456789.eE+-'.includes(text.charAt(end))) end++
  return text.slice(start, end)
}

const shortened = (token: string) => (token.length > 40 ? `${token.slice(0, 40)}…` : token)
