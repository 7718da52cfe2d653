import { isObject } from '../../schemas/fields'
import { parseJson } from '../../schemas/json-text'
import type { Steps } from '../../storage/others-turn'
import { reasonOf } from '../../storage/reason'
import { parseJsonInSteps } from './json-in-steps'
import { endOfString } from './json-scan'

/** Deeper than this no document of ours is nested; much deeper, and to write it as JSON overflows the stack. */
const maxDepth = 100

/** A longer text is parsed in steps. */
const maxLengthAtOnce = 64 * 1024
/** So many characters, or values, are looked at in a step. */
const charactersInStep = 64 * 1024
const valuesInStep = 4000

/**
 * Reads a body as a JSON object, in steps; an empty one counts as `{}`. Throws with what is wrong with it. What could not be stored
 * as it was sent is wrong, too: U+0000 (no program can be called with it), half a surrogate pair (no UTF-8 has it), the key
 * `__proto__` within a value (it would be lost), and numbers that a double does not hold: too large, or so small that it is 0.
 */
export function* readJsonObject(text: string): Steps<Record<string, unknown>> {
  if (text.trim() === '') return {}
  if (text.length >= 2 * maxDepth) checkDepth(text)
  const holdsLongNumber = longNumber.test(text)
  const holdsManyDigits = holdsLongNumber && manyDigits.test(text)
  const holdsTinyExponent = holdsLongNumber && tinyExponent.test(text)
  const holdsOthers = mayHoldBadText(text) || (holdsLongNumber && exponent.test(text))
  yield
  const body = text.length > maxLengthAtOnce ? yield* parseLong(text) : parse(text)
  if (!isObject(body)) throw new Error('The body must be a JSON object')
  yield
  if (holdsManyDigits || holdsTinyExponent) yield* checkNumbers(text)
  if (holdsManyDigits || holdsOthers) yield* checkValues(body)
  return body
}

function* parseLong(text: string): Steps<unknown> {
  try {
    return yield* parseJsonInSteps(text)
  } catch (error) {
    throw unreadable(error)
  }
}

const parse = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch (error) {
    throw unreadable(error)
  }
}

const unreadable = (error: unknown) => new Error(`The body cannot be read: ${reasonOf(error)}`)

// Most bodies hold none of these. Each looks at a character at most as often as the pattern is long, and none is long.
const badText = /__proto__|\\u(?:00|[dD][89a-fA-F])/
/** To look for a text is ten times as quick as a pattern. */
const mayHoldBadText = (text: string) =>
  (text.includes('\\u') || text.includes('__proto__')) && badText.test(text)
/** What the three that follow are looked for in. */
const longNumber = /\d(?:[eE][-+]?\d|\d{15})/
const exponent = /\d[eE]\+?\d/
/** A double holds every integer of up to 15 digits. */
const manyDigits = /\d{16}/
const tinyExponent = /\d[eE]-\d{3}/

const [quote, minus, zero, nine] = [0x22, 0x2d, 0x30, 0x39]
const [plus, point, smallE, largeE] = [0x2b, 0x2e, 0x65, 0x45]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

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

/** An object or a list within a body, and the way to it. */
interface Place {
  value: object
  key: string | number
  within: Place | undefined
}

/** Empty for the body itself. */
const pathOf = ({ key, within }: Place): string => {
  const before = within && pathOf(within)
  return before ? `${before}.${key}` : String(key)
}

/** Looks at every text, key and number of a body that may hold a bad one. */
function* checkValues(body: object): Steps {
  const waiting: Place[] = [{ value: body, key: '', within: undefined }]
  let seen = 0
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    for (const [key, value] of entriesOf(place.value)) {
      if (typeof key === 'string') checkKey(key, place)
      if (typeof value === 'object' && value !== null) waiting.push({ value, key, within: place })
      else checkValue(value, key, place)
      if (++seen % valuesInStep === 0) yield
    }
  }
}

function* entriesOf(holder: object): Generator<[string | number, unknown]> {
  if (Array.isArray(holder)) yield* holder.entries()
  else for (const key in holder) yield [key, Reflect.get(holder, key)]
}

const checkKey = (key: string, place: Place): void => {
  const where = () => (place.within ? `A key of ${pathOf(place)}` : 'A key of the body')
  checkText(key, where)
  if (key === '__proto__' && place.within)
    throw new Error(`${where()} is __proto__, which cannot be kept: choose another`)
}

const checkValue = (value: unknown, key: string | number, within: Place): void => {
  if (typeof value === 'string') checkText(value, () => pathOf({ value: within, key, within }))
  else if (typeof value === 'number') checkNumber(value, () => pathOf({ value: within, key, within }))
}

/** Half of a pair, alone. */
const loneSurrogate = /\p{Surrogate}/u

const checkText = (text: string, what: () => string): void => {
  if (text.includes('\0')) throw new Error(`${what()} holds the character U+0000: leave it out`)
  if (loneSurrogate.test(text))
    throw new Error(`${what()} is not valid Unicode: it holds half of a surrogate pair (\\ud800 to \\udfff)`)
}

const checkNumber = (value: number, path: () => string): void => {
  if (!Number.isFinite(value)) throw new Error(`${path()} is a number that is too large: send it as a text`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new Error(`${path()} is an integer that is too large to be kept exactly: send it as a text`)
}

/** Says it with the digits that were sent, and also of what a later key hides. */
function* checkNumbers(text: string): Steps {
  let end = charactersInStep
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === minus || isDigit(code)) {
      const after = endOfNumber(text, index)
      // One that is short is a double, if it has no exponent.
      if (after - index >= 16 || holdsExponent(text, index, after)) checkDigits(text.slice(index, after))
      index = after - 1
    }
    if (index < end) continue
    end = index + charactersInStep
    yield
  }
}

const checkDigits = (token: string): void => {
  if (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)))
    throw new Error(`The number ${shortened(token)} cannot be kept exactly: send it as a text`)
  if (/^[^eE]*[1-9]/.test(token) && Number(token) === 0)
    throw new Error(`The number ${shortened(token)} is too small to be kept: send it as a text`)
}

const isDigit = (code: number) => code >= zero && code <= nine
const isExponent = (code: number) => code === smallE || code === largeE

const endOfNumber = (text: string, start: number): number => {
  let end = start + 1
  for (let code = text.charCodeAt(end); isInNumber(code); code = text.charCodeAt(++end));
  return end
}

/** NaN, at the end of a text, is not. */
const isInNumber = (code: number) =>
  isDigit(code) || code === point || code === minus || code === plus || isExponent(code)

const holdsExponent = (text: string, from: number, to: number): boolean => {
  for (let index = from; index < to; index++) if (isExponent(text.charCodeAt(index))) return true
  return false
}

const shortened = (token: string) => (token.length > 40 ? `${token.slice(0, 40)}…` : token)
