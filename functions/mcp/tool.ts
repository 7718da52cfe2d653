import type * as z from 'zod'
import { describeMisfit, problemsOf } from '../../schemas/problems'
import { textIn } from './brief'
import { type Call, ToolError } from './call'

/** What a tool works with. */
export interface ToolContext {
  call: Call
  /** The session that speaks; undefined where nobody said one. */
  sessionId: string | undefined
  /** Aborts when the client has gone away, or does not want the answer any more. */
  signal: AbortSignal
  /** Waits for the next event of these rooms, for so many milliseconds at most; false: there is no more to wait for. */
  pause(rooms: readonly string[], ms: number): Promise<boolean>
  ask: Asking
}

/** How a question may reach the person before the client, besides through the inbox. */
export interface Asking {
  /** Asks in the client, beside the inbox. Undefined where the client cannot. Its answer: undefined if it was declined. */
  person?: ((form: Form, signal: AbortSignal) => Promise<FormAnswer | undefined>) | undefined
  /** What the person has answered to a question that was sent with `inClient`; undefined if this call is no such answer. */
  answered?: { requestId: string; answer: FormAnswer | undefined } | undefined
  /** Ends the call: the client asks, and calls again with the answer. Undefined where the client cannot. */
  inClient?: ((form: Form, requestId: string) => never) | undefined
}

/** A question as a client shows it. */
export interface Form {
  title: string
  detail?: string | undefined
  options: readonly { id: string; label: string }[]
}

export interface FormAnswer {
  optionId?: string
  text?: string
}

export interface Tool {
  name: string
  /** What it does, for the agent. */
  description: string
  /** Whether only orchestrators are offered it. */
  isForOrchestrators: boolean
  /** Whether it changes nothing. */
  isReadOnly: boolean
  /** The operations of the API that it uses, by their names. */
  operations: readonly string[]
  input: z.ZodObject
  /** Does it: the answer, as JSON. Throws `ToolError`. */
  run(context: ToolContext, given: unknown): Promise<object>
}

interface ToolDefinition<S extends z.ZodObject>
  extends Pick<Tool, 'name' | 'description' | 'operations'>,
    Partial<Pick<Tool, 'isForOrchestrators' | 'isReadOnly'>> {
  input: S
  run(context: ToolContext, args: z.output<S>): Promise<object>
}

export const tool = <S extends z.ZodObject>({
  isForOrchestrators = false,
  isReadOnly = false,
  run,
  ...definition
}: ToolDefinition<S>): Tool => ({
  ...definition,
  isForOrchestrators,
  isReadOnly,
  async run(context, given) {
    const { name, input, operations } = definition
    const call: Call = (operation, options) => {
      if (!operations.includes(operation)) throw new Error(`${name} does not say that it uses ${operation}`)
      return context.call(operation, options)
    }
    return run({ ...context, call }, argumentsFor(name, input, given))
  },
})

/** The arguments of a call, checked. Throws `ToolError` with everything that is wrong, and with what there is. */
const argumentsFor = <S extends z.ZodObject>(name: string, input: S, given: unknown = {}): z.output<S> => {
  const known = Object.keys(input.shape)
  const takes = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none'
  const unknown = Object.keys(given ?? {}).filter((key) => !known.includes(key))
  const unknownOnes = unknown.map((key) => ({
    path: key,
    message: `${key.slice(0, 100)} is no argument of ${name}: ${takes}`,
  }))
  const parsed = input.safeParse(given)
  if (parsed.success && unknownOnes.length === 0) return parsed.data
  const { error } = describeMisfit<unknown>(input, given)
  const issues = [...unknownOnes, ...(error ? problemsOf(error) : [])]
  throw new ToolError('VALIDATION_ERROR', issues[0]?.message ?? `The arguments are not valid: ${takes}`, {
    issues,
  })
}

/** The session that speaks. Throws `ToolError` where there is none: with how to say it. */
export const ownSession = ({ sessionId }: ToolContext): string => {
  if (sessionId !== undefined) return sessionId
  throw new ToolError(
    'NO_SESSION',
    'This needs a session to speak for, and none is said. Over HTTP send its token as the bearer, or X-Maestro-Session: ID; over standard input set MAESTRO_SESSION_ID for maestro mcp. A new one comes from spawn, or POST /api/sessions',
  )
}

/** The project that is meant: the one that is named, else that of the session that speaks, if one does. */
export const projectOf = async (
  context: ToolContext,
  named: string | undefined,
): Promise<string | undefined> => {
  const { call, sessionId } = context
  if (named !== undefined || sessionId === undefined) return named
  return textIn((await call('sessions.get', { params: { id: sessionId } })).body, 'projectId')
}

/** The same where there must be one. Throws `ToolError`. */
export const requiredProject = async (context: ToolContext, named: string | undefined): Promise<string> => {
  const found = await projectOf(context, named)
  if (found !== undefined) return found
  throw new ToolError('VALIDATION_ERROR', 'projectId is required: you speak for no session that has one')
}
