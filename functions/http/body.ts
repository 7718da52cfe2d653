import type * as z from 'zod'
import { ApiError, apiError } from '../../schemas/errors'
import { describeMisfit, type Problem, problemsOf, validationError } from '../../schemas/problems'
import { atOnce, inTurns, othersTurn } from '../../storage/others-turn'
import type { RequestContext } from '../services/app-services'
import { gatherBody } from './gathered-body'
import { readJsonObject } from './json-body'

/** A body of more characters is read in turns: 800 KB with 64,000 keys take 20 ms to parse, and as long to check. */
const maxLengthAtOnce = 64 * 1024

/** How some bodies are refused otherwise than with `VALIDATION_ERROR`. */
export type Refuse = (problems: Problem[]) => Error

/**
 * Reads the body as a JSON object that fits the schema; no body counts as `{}`. The content type does not
 * matter. Throws `PAYLOAD_TOO_LARGE`, or `VALIDATION_ERROR` with what is wrong.
 */
export const readBody = async <T>(
  c: RequestContext,
  schema: z.ZodType<T>,
  refuse: Refuse = validationError,
): Promise<T> => {
  const text = await readText(c)
  const isLong = text.length > maxLengthAtOnce
  const body = isLong ? await inTurns(readJsonObject(text)).catch(asInvalid) : readAtOnce(text)
  if (isLong) await othersTurn()
  const parsed = schema.safeParse(body)
  if (isLong) await othersTurn()
  if (parsed.success) return parsed.data
  const { error = parsed.error } = describeMisfit(schema, body)
  if (isLong) await othersTurn()
  throw refuse(problemsOf(error))
}

/** The body as it is. Throws `PAYLOAD_TOO_LARGE`, or `VALIDATION_ERROR` where it is not UTF-8. */
export const readText = async (c: RequestContext): Promise<string> =>
  decode(await readBytes(c).catch(asRefusal))

/** A body without a `Content-Length` is read piece by piece, and no further than the limit. */
const readBytes = async (c: RequestContext): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>> => {
  const { maxBodyBytes } = c.env.config
  const length = c.req.header('Content-Length')
  if (length !== undefined) {
    if (Number(length) > maxBodyBytes) throw tooLarge(maxBodyBytes)
    const body = await c.req.raw.arrayBuffer()
    if (body.byteLength > maxBodyBytes) throw tooLarge(maxBodyBytes)
    return body
  }
  if (c.req.header('Transfer-Encoding') === undefined && !c.req.raw.body) return new ArrayBuffer(0)
  const body = await (c.env.readChunkedBody ?? readPieces(c))(maxBodyBytes)
  if (!body) throw tooLarge(maxBodyBytes)
  return body
}

const readPieces = (c: RequestContext) => async (maxBytes: number) => {
  const gathered = gatherBody(maxBytes)
  // Not cancelled where it is too large: hosted, that spoils the connection.
  for await (const chunk of c.req.raw.body?.values({ preventCancel: true }) ?? [])
    if (!gathered.add(chunk)) return undefined
  return gathered.bytes()
}

/** A client that goes away while it sends is no failure of ours, and reads no answer. */
const asRefusal = (error: unknown): never => {
  throw error instanceof ApiError ? error : invalid('The body broke off before its end')
}

const tooLarge = (limit: number) =>
  apiError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes: send less, or raise MAX_BODY_BYTES`)

/** Leaves out a byte order mark. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

const decode = (bytes: ArrayBuffer | Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    throw invalid('The body is not valid UTF-8')
  }
}

const readAtOnce = (text: string): Record<string, unknown> => {
  try {
    return atOnce(readJsonObject(text))
  } catch (error) {
    return asInvalid(error)
  }
}

const asInvalid = (error: unknown): never => {
  throw invalid(error instanceof Error ? error.message : String(error))
}

const invalid = (message: string) => validationError([{ path: '', message }])
