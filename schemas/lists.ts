import * as z from 'zod'
import { isObject, reference } from './fields'
import { maxListed } from './problems'

/** More entries, events or outcomes than these no request has. */
const maxObjects = 10_000

/** A list of texts in a request: as long as the body may be. */
export const texts = () => readBy(readList, z.array(z.string()))

const unique = (ids: string[]) => [...new Set(ids)]

/** A list of references in which each id stands once. */
export const references = () => readBy(readList, z.array(reference())).transform(unique)

/** The same, with at least one id in it. */
export const someReferences = () => readBy(readList, z.array(reference()).min(1)).transform(unique)

/** A list of objects in a request: at most 10,000, or as many as are given. */
export const objectsOf = <T extends z.ZodType>(item: T, max = maxObjects) =>
  readBy(readObjects(max), z.array(item).max(max))

/** An object of texts. */
export const textsByName = () => readBy(readRecord, z.record(z.string(), z.string()))

/** A JSON object with any content. */
export const anyObject = () => readBy(readRecord, z.record(z.string(), z.unknown()))

type Parse = z.core.$ZodType['_zod']['parse']
type Payload = Parameters<Parse>[0]
type Context = Parameters<Parse>[1]

/** Reads what a list or an object holds; false: it is none, or too long, and zod says so. */
type Read<T> = (schema: T, payload: Payload, ctx: Context) => boolean

/**
 * The schema, which reads what it holds our way. zod makes an object of every problem, twice, and of every key: hundreds of
 * thousands of them hold everybody up. An answer shows fifty problems, so the others are only counted.
 */
const readBy = <T extends z.ZodArray | z.ZodRecord>(read: Read<T>, schema: T): T => {
  const { parse, run } = schema._zod
  const parseOurWay: Parse = (payload, ctx) => (read(schema, payload, ctx) ? payload : parse(payload, ctx))
  schema._zod.parse = parseOurWay
  // A schema without checks is run by its parse alone.
  if (run === parse) schema._zod.run = parseOurWay
  return schema
}

const readList: Read<z.ZodArray> = ({ element }, payload, ctx) => {
  const { value } = payload
  if (!Array.isArray(value)) return false
  const check = itemCheck(element, payload, ctx)
  const read: unknown[] = []
  for (let index = 0; index < value.length && !check.isSettled(); index++)
    read.push(check.read(index, value[index]))
  payload.value = read
  check.finish()
  return true
}

/** What is too long is not looked at: the check of its length, which comes after this, says so. */
const readObjects =
  (max: number): Read<z.ZodArray> =>
  (list, payload, ctx) =>
    Array.isArray(payload.value) && (payload.value.length > max || readList(list, payload, ctx))

const readRecord: Read<z.ZodRecord> = ({ valueType }, payload, ctx) => {
  const { value } = payload
  if (!isObject(value)) return false
  const check = itemCheck(valueType, payload, ctx)
  if (typeOf(valueType) === 'string')
    for (const name in value) {
      if (check.isSettled()) break
      check.read(name, value[name])
    }
  check.finish()
  // zod leaves this one out, too: whoever copies it would set the prototype.
  if (Object.hasOwn(value, '__proto__'))
    payload.value = Object.fromEntries(Object.entries(value).filter(([name]) => name !== '__proto__'))
  return true
}

const typeOf = (schema: z.core.$ZodType) => schema._zod.def.type

/** Checks items one by one: describes the problems of the first, then counts. */
const itemCheck = (schema: z.core.$ZodType, { issues }: Payload, ctx: Context) => {
  let described = 0
  let more = 0
  let last: unknown
  let problemsOfLast = 0

  const run = (item: unknown): Payload => {
    const result = schema._zod.run({ value: item, issues: [] }, ctx)
    if (result instanceof Promise) throw new Error('An item is not checked asynchronously')
    return result
  }

  /** A value of another type than a text or an object has one problem, whatever else is asked of it. */
  const count = (item: unknown): number => {
    if (typeOf(schema) === 'string' && typeof item !== 'string') return 1
    if (typeOf(schema) === 'object' && !isObject(item)) return 1
    if (item !== last) problemsOfLast = run(item).issues.length
    last = item
    return problemsOfLast
  }

  return {
    /** Whether nothing more is to be found out: without words it is a first pass, whose problems nobody reads. */
    isSettled: () => described >= maxListed && !ctx.error,
    /** What the schema makes of an item; the item itself where that does not matter any more. */
    read(key: PropertyKey, item: unknown): unknown {
      if (described >= maxListed) {
        more += count(item)
        return item
      }
      const { value, issues: found } = run(item)
      for (const issue of found) issues.push({ ...issue, path: [key, ...(issue.path ?? [])] })
      described += found.length
      return value
    },
    finish() {
      if (more === 0) return
      const message = `${more} more in it are not valid`
      issues.push({ code: 'custom', message, input: undefined, params: { count: more } })
    },
  }
}
