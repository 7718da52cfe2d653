import type * as z from 'zod'
import type { ErrorCode } from '../../schemas/errors'
import type { EventName } from '../../schemas/events'
import { parseDescribed, problemsOf, validationError } from '../../schemas/problems'
import type { SessionCaller } from '../../storage/rules/callers'
import { readerOf } from '../../storage/rules/find'
import type { RequestContext } from '../services/app-services'
import { type Attempt, authorize, authorizeOperation, type SessionAccess } from './authorize'
import { type Refuse, readBody } from './body'
import type { ExampleIds } from './example'
import { guard } from './guard'
import { type QuerySchema, queryReader } from './query'
import { answerOnce } from './repeats'
import { respondError } from './respond'

/** What an operation says of itself. Routes, reference, typed client and command line are made from it. */
export interface Definition {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** How the typed client calls it: `group.verb`. */
  name: `${string}.${string}`
  /** What an agent may do with it. */
  sessionAccess: SessionAccess
  /** Whether a page may ask for it only if it is the server's own, a desktop shell's, or listed in CORS_ORIGINS. */
  ownPagesOnly?: boolean
  /** Fields of the body that the typed client takes one by one, in this order, instead of the body. */
  positional?: readonly string[]
  /** What it does, in a few words. */
  summary: string
  /** What else one should know. */
  description?: string
  /** What the parameters of the path must be; one that is not named here is an id, which the rules look up. */
  params?: Readonly<Record<string, z.ZodType | undefined>>
  /** The query parameters that it understands. Any other is ignored. */
  query?: QuerySchema
  /** Query parameters that may be given several times: the same as once, with commas between the values. */
  repeatable?: readonly string[]
  body?: z.ZodType
  /** How a wrong body is refused, where it is not with `VALIDATION_ERROR`. */
  refuse?: Refuse
  /** What it answers when all goes well: JSON, unless another content type is given. */
  answers: {
    status: 200 | 201
    schema: z.ZodType
    type?: string
    /** Whether a `Range` header is answered with a part (206). */
    ranges?: boolean
    /** Of what was there already, where that is another status. */
    repeatStatus?: 200
  }
  /** Whether the answer holds a secret: then it is not kept for repeats. */
  answersSecret?: boolean
  /** The errors that it can give, besides those that every operation can. */
  errors?: readonly ErrorCode[]
  /** The events that it sends, each where it applies. */
  emits?: readonly EventName[]
  /** A request that succeeds. */
  example(ids: ExampleIds): ExampleRequest
}

export interface ExampleRequest {
  params?: Readonly<Record<string, string>> | undefined
  query?: Readonly<Record<string, unknown>>
  body?: unknown
}

type Answer = Response | Promise<Response>

/** A Hono handler that stands alone: it is guarded, reads and checks its own request, and says what it is. */
export interface Operation {
  (c: RequestContext): Answer
  readonly definition: Definition
}

/** The names of the parameters in a path: `/api/tasks/:id` has `id`. */
type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

type ParamSchemas<Path extends string> = { readonly [N in ParamNames<Path>]?: z.ZodType }

type Params<Path extends string, P> = {
  [N in ParamNames<Path>]: N extends keyof P ? (P[N] extends z.ZodType<infer Value> ? Value : string) : string
}

type Example<Path extends string, Q extends z.ZodType, B extends z.ZodType> = ([ParamNames<Path>] extends [
  never,
]
  ? { params?: undefined }
  : { params: Readonly<Record<ParamNames<Path>, string>> }) & { query?: z.output<Q> } & (z.ZodNever extends B
    ? { body?: undefined }
    : { body: DeepReadonly<z.output<B>> })

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

interface TypedDefinition<
  Path extends string,
  P extends ParamSchemas<Path>,
  Q extends QuerySchema,
  B extends z.ZodType,
  E extends Example<Path, Q, B>,
> extends Definition {
  path: Path
  params?: P
  query?: Q
  body?: B
  example(ids: ExampleIds): E
  run(c: RequestContext, input: { params: Params<Path, P>; query: z.output<Q>; body: z.output<B> }): Answer
}

interface RunnableDefinition extends Definition {
  run(c: RequestContext, input: { params: unknown; query: unknown; body: unknown }): Answer
}

/**
 * Makes an operation. It is asked in this order: who may call (403, 401), parameters and query (400), size and content
 * of the body (413, 400), what the caller may do (403, 409); then it runs. What goes wrong is answered as the contract has it.
 */
export const operation = <
  const Path extends `/${string}`,
  P extends ParamSchemas<Path>,
  Q extends QuerySchema = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodNever,
  const E extends Example<Path, Q, B> = Example<Path, Q, B>,
>(
  definition: TypedDefinition<Path, P, Q, B, E>,
): Operation => handlerOf(definition)

const handlerOf = (runnable: RunnableDefinition): Operation => {
  const { run, ...definition } = runnable
  const { body, refuse } = definition
  const isRepeatable = keepsAnswers(definition)
  const paramsOf = paramReader(definition)
  const queryOf = queryReader(definition.query, definition.repeatable)

  const answer = (c: RequestContext): Answer => {
    const caller = c.get('caller')
    if (caller.kind === 'session') authorizeOperation(definition)
    const params = paramsOf(c)
    const query = queryOf(c)
    const answerTo = (read: unknown): Answer => {
      const input = { params, query, body: read }
      const key = isRepeatable ? c.req.header('Idempotency-Key') : undefined
      const runOnce = () =>
        key === undefined ? run(c, input) : answerOnce(c, key, input, () => run(c, input))
      if (caller.kind === 'person') return runOnce()
      return authorized(c, caller, { definition, params, body: read }, runOnce)
    }
    return body ? readBody(c, body, refuse).then(answerTo) : answerTo(undefined)
  }
  const answerWhatever = (c: RequestContext): Answer => {
    try {
      const response = answer(c)
      return response instanceof Promise ? response.catch((error) => respondError(c, error)) : response
    } catch (error) {
      return respondError(c, error)
    }
  }
  const handle = (c: RequestContext): Answer => {
    const refusal = guard(c, definition.ownPagesOnly)
    if (refusal instanceof Promise) return refusal.then((response) => response ?? answerWhatever(c))
    return refusal ?? answerWhatever(c)
  }
  return Object.assign(handle, { definition })
}

/** Does what a session asks for if it may; the change asks again, since the session may have ended by then. */
const authorized = (
  c: RequestContext,
  caller: SessionCaller,
  attempt: Attempt,
  run: () => Answer,
): Answer => {
  c.set('authorize', (reader) => authorize(reader, caller, attempt))
  const checked = c.env.workspace.read((documents) => authorize(readerOf(documents), caller, attempt))
  return checked instanceof Promise ? checked.then(run) : run()
}

/** Whether its answers are kept for repeats with the same `Idempotency-Key`. */
export const keepsAnswers = ({ method, answersSecret = false }: Definition): boolean =>
  method === 'POST' && !answersSecret

/** The names of the parameters in a path, in order. */
export const paramNamesOf = (path: string): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

/** Reads the parameters of the path. An id of nothing is as good as none: it is looked up, and not found. */
const paramReader = ({ path, params = {} }: Definition) => {
  const names = paramNamesOf(path)
  return (c: RequestContext): Record<string, unknown> => {
    const values: Record<string, unknown> = {}
    for (const name of names) {
      const text = c.req.param(name) ?? ''
      const schema = params[name]
      values[name] = schema ? parseParam(name, schema, text) : text
    }
    return values
  }
}

const parseParam = (name: string, schema: z.ZodType, text: string): unknown => {
  const parsed = parseDescribed(schema, text)
  if (parsed.success) return parsed.data
  throw validationError(problemsOf(parsed.error).map(({ message }) => ({ path: name, message })))
}
