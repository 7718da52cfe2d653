import type * as z from 'zod'
import type { ErrorCode } from '../../schemas/errors'
import type { EventName } from '../../schemas/events'
import type { RequestContext } from '../services/app-services'
import { type Refuse, readBody } from './body'
import { respondError } from './respond'

/** What the API reference tells of an endpoint. */
export interface Definition {
  /** What it does, in a few words. */
  summary: string
  /** What else one should know. */
  description?: string
  /** The query parameters it understands, with what each does. */
  query?: Readonly<Record<string, string>>
  /** What it answers when all goes well: JSON, unless another content type is given. */
  answers: { status: 200 | 201; schema: z.ZodType; type?: string }
  /** The errors that it can give, besides those that every endpoint can. */
  errors?: readonly ErrorCode[]
  /** The events that it sends, each where it applies. */
  emits?: readonly EventName[]
}

interface BodyDefinition<Body> extends Definition {
  body: z.ZodType<Body>
  /** How a wrong body is refused, where it is not with `VALIDATION_ERROR`. */
  refuse?: Refuse
}

/** A Hono handler that stands alone, and says what it is. */
export interface Endpoint {
  (c: RequestContext): Response | Promise<Response>
  readonly definition: Definition & { body?: z.ZodType }
}

/** Makes an endpoint that takes no body. What goes wrong in it is answered as the contract has it. */
export const endpoint = (
  definition: Definition,
  handle: (c: RequestContext) => Response | Promise<Response>,
): Endpoint => {
  const run = (c: RequestContext) => {
    try {
      const response = handle(c)
      return response instanceof Promise ? response.catch((error) => respondError(c, error)) : response
    } catch (error) {
      return respondError(c, error)
    }
  }
  return Object.assign(run, { definition })
}

/** Makes an endpoint that takes a body: it is read and checked before the endpoint does its work. */
export const endpointWithBody = <Body>(
  definition: BodyDefinition<Body>,
  handle: (c: RequestContext, body: Body) => Response | Promise<Response>,
): Endpoint => {
  const { body, refuse } = definition
  const run = endpoint(definition, async (c) => handle(c, await readBody(c, body, refuse)))
  return Object.assign(run, { definition })
}
