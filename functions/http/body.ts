import type * as z from 'zod'
import { apiError } from '../../schemas/errors'
import { isObject } from '../../schemas/fields'
import { parseJson } from '../../schemas/json-text'
import { type Problem, parseDescribed, problemsOf, validationError } from '../../schemas/problems'
import type { RequestContext } from '../services/app-services'

/** Deeper than this no document of ours is nested; much deeper, and to write it as JSON overflows the stack. */
const maxDepth = 100

/** How some bodies are refused otherwise than with `VALIDATION_ERROR`. */
export type Refuse = (problems: Problem[]) => Error

/**
 * Reads the body as a JSON object that fits the schema; no body counts as `{}`. The content type does not
 * matter. Throws `PAYLOAD_TOO_LARGE`, or `VALIDATION_ERROR` with every problem there is.
 */
export const readBody = async <T>(
  c: RequestContext,
  schema: z.ZodType<T>,
  refuse: Refuse = validationError,
): Promise<T> => {
  const parsed = parseDescribed(schema, parseObject(await readText(c)))
  if (!parsed.success) throw refuse(problemsOf(parsed.error))
  return parsed.data
}

/** A body without a `Content-Length` is read piece by piece, and no further than the limit. */
const readText = async (c: RequestContext): Promise<string> => {
  const { maxBodyBytes } = c.env.config
  const length = c.req.header('Content-Length')
  if (length !== undefined) {
    if (Number(length) > maxBodyBytes) throw tooLarge(maxBodyBytes)
    return c.req.raw.text()
  }
  if (c.req.header('Transfer-Encoding') === undefined && !c.req.raw.body) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes)
    chunks.push(chunk)
  }
  return new Blob(chunks).text()
}

const tooLarge = (limit: number) =>
  apiError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes: send less, or raise MAX_BODY_BYTES`)

const parseObject = (text: string): Record<string, unknown> => {
  if (text.trim() === '') return {}
  if (isTooDeep(text)) throw invalid(`The body is nested deeper than ${maxDepth} levels`)
  const body = parse(text)
  if (!isObject(body)) throw invalid('The body must be a JSON object')
  return body
}

const parse = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch (error) {
    throw invalid(`The body cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

const invalid = (message: string) => validationError([{ path: '', message }])

/** Counts brackets, those in strings left out. Most bodies have too few of them to be looked at closely. */
const isTooDeep = (text: string): boolean => {
  if (text.length < 2 * maxDepth || (text.match(/[[{]/g)?.length ?? 0) <= maxDepth) return false
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') {
      if (++depth > maxDepth) return true
    } else if (token === ']' || token === '}') depth--
  }
  return false
}
