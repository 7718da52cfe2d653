import { isObject } from '../../schemas/fields'
import { parseJson, withoutByteOrderMark } from '../../schemas/json-text'
import type { Steps } from '../../storage/others-turn'
import { endOfString } from './json-scan'

/** So many characters are parsed in a step. */
const defaultPieceLength = 64 * 1024

/** A list or an object of which the end was not seen yet. */
interface Open {
  isList: boolean
  /** Where it begins, and where the member of it that is being read. */
  start: number
  memberStart: number
  /** Where the text begins that is still to be parsed; right after a member that was put together, its end. */
  pendingStart: number
  isAfterMember: boolean
  /** What was parsed of it; undefined: nothing, as long as it is short. */
  value: unknown[] | Record<string, unknown> | undefined
}

const [quote, comma] = [0x22, 0x2c]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Reads JSON as `JSON.parse` does, in steps: a long list or object some members at a time, since 300,000 objects at once take
 * 80 ms. The error says where the text is wrong, but quotes nothing of it: it may hold a secret.
 */
export function* parseJsonInSteps(given: string, pieceLength = defaultPieceLength): Steps<unknown> {
  const text = withoutByteOrderMark(given)
  const stack: Open[] = []
  let lookedUpTo = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === openBracket || code === openBrace) {
      if (stack.length === 0) expectBlank(text, 0, index)
      stack.push(openAt(index, code === openBracket))
    } else if (code === comma) {
      const top = stack.at(-1)
      if (!top) throw invalidAt(index)
      if (top.isAfterMember || index - top.pendingStart >= pieceLength) takePending(text, top, index)
      top.memberStart = index + 1
    } else if (code === closeBracket || code === closeBrace) {
      const top = stack.pop()
      if (!top || top.isList !== (code === closeBracket)) throw invalidAt(index)
      if (top.value) takePending(text, top, index)
      const parent = stack.at(-1)
      if (!parent) return endOfText(text, top, index + 1)
      if (top.value) takeMember(text, parent, top, index)
    }
    if (index - lookedUpTo < pieceLength) continue
    lookedUpTo = index
    yield
  }
  if (stack.length > 0) throw invalidAt(text.length)
  return parseJson(text)
}

const openAt = (start: number, isList: boolean): Open => ({
  isList,
  start,
  memberStart: start + 1,
  pendingStart: start + 1,
  isAfterMember: false,
  value: undefined,
})

/** Parses the members before `end`, where a comma stands or the end of all. */
const takePending = (text: string, open: Open, end: number): void => {
  if (open.isAfterMember) expectBlank(text, open.pendingStart, end)
  else addMembers(open, parsePiece(text, open.pendingStart, end, open.isList))
  open.isAfterMember = false
  open.pendingStart = end + 1
}

/** Adds a member that was put together to what it is in, after all that stands before it. */
const takeMember = (text: string, parent: Open, { start, value }: Open, end: number): void => {
  const { memberStart, pendingStart, isAfterMember, isList } = parent
  if (isAfterMember) throw invalidAt(start)
  if (memberStart > pendingStart) takePending(text, parent, memberStart - 1)
  if (isList) {
    expectBlank(text, memberStart, start)
    addMembers(parent, [value])
  } else {
    const named = parsePiece(text, memberStart, start, false, 'null')
    addMembers(parent, Object.fromEntries(Object.keys(named).map((name) => [name, value])))
  }
  parent.pendingStart = end + 1
  parent.isAfterMember = true
}

/** What ends the text, with nothing after it. */
const endOfText = (text: string, { start, value }: Open, end: number): unknown => {
  expectBlank(text, end, text.length)
  return value ?? parseJson(text.slice(start, end))
}

const addMembers = (open: Open, members: object): void => {
  if (Array.isArray(members)) {
    const items = Array.isArray(open.value) ? open.value : []
    for (const item of members) items.push(item)
    open.value = items
    return
  }
  const target = isObject(open.value) ? open.value : {}
  // Of thousands of names, the entries take three times as long.
  for (const name in members) {
    const value: unknown = Reflect.get(members, name)
    // It is a name like any other here, and elsewhere would set what the object inherits.
    if (name === '__proto__')
      Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true })
    else target[name] = value
  }
  open.value = target
}

/** Some members, of which there is at least one; `rest`: what the last one lacks. */
const parsePiece = (text: string, from: number, to: number, isList: boolean, rest = ''): object => {
  const piece = text.slice(from, to)
  if (isBlank(piece)) throw invalidAt(to)
  try {
    const parsed: unknown = JSON.parse(isList ? `[${piece}${rest}]` : `{${piece}${rest}}`)
    if (typeof parsed === 'object' && parsed !== null) return parsed
  } catch (error) {
    const [, position] = /position (\d+)/.exec(error instanceof Error ? error.message : '') ?? []
    throw invalidAt(position === undefined ? to : from + Number(position) - 1)
  }
  throw invalidAt(from)
}

const expectBlank = (text: string, from: number, to: number): void => {
  if (!isBlank(text.slice(from, to))) throw invalidAt(from)
}

const isBlank = (text: string) => /^[ \t\n\r]*$/.test(text)

const invalidAt = (position: number) => new Error(`it is not valid JSON (position ${position})`)
