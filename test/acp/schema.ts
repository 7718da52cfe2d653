// Whether a message is as the protocol's published schema has it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv2020 } from 'ajv/dist/2020'
import * as z from 'zod'

const path = createRequire(import.meta.url).resolve('@agentclientprotocol/sdk/schema/v1/schema.json')

const Definition = z.looseObject({
  'x-side': z.string().optional(),
  'x-method': z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() })).optional(),
})
const schema = z
  .looseObject({ $defs: z.record(z.string(), Definition) })
  .parse(JSON.parse(readFileSync(path, 'utf8')))

// Its numbers have formats (uint64) that no validator knows, and its own words begin with x-.
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(schema, 'acp')

/** What it lists of all methods is no help: its unions end with extensions, which may be anything. */
const definitions = Object.entries(schema.$defs).flatMap(([name, definition]) => {
  const method = definition['x-method']
  const kind = /(Request|Response|Notification)$/.exec(name)?.[1]
  return method && kind ? [{ name, method, kind, side: definition['x-side'], definition }] : []
})

/**
 * Methods that are not in it, as the agents that have them read them: `_session/steering` of the adapters of Claude and Codex,
 * `session/set_model` of agents from before there were config options.
 */
const extensions: Record<string, z.ZodType> = {
  '_session/steering': z.strictObject({
    sessionId: z.string(),
    prompt: z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).length(1),
    _meta: z.strictObject({ steering: z.strictObject({ idleBehavior: z.literal('promptRequired') }) }),
  }),
  'session/set_model': z.strictObject({ sessionId: z.string(), modelId: z.string() }),
}

const Variants = z.object({
  oneOf: z.array(z.object({ properties: z.object({ sessionUpdate: z.object({ const: z.string() }) }) })),
})
/** All that `session/update` can be about. */
export const updateNames = Variants.parse(schema.$defs.SessionUpdate).oneOf.map(
  ({ properties }) => properties.sessionUpdate.const,
)

const problemsAs = (name: string, value: unknown): string[] => {
  const validate = ajv.getSchema(`acp#/$defs/${name}`)
  if (!validate) return [`the schema has no ${name}`]
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`)
}

/** Of a request or a notification of the client: of its own name only, with nothing that the schema does not name. */
const paramsProblems = (method: string, kind: string, params: unknown): string[] => {
  const extension = extensions[method]
  if (extension)
    return extension.safeParse(params).error?.issues.map((issue) => `${method}: ${issue.message}`) ?? []
  const found = definitions.find(
    (each) => each.method === method && each.kind === kind && each.side !== 'client',
  )
  if (!found) return [`the schema has no ${kind} ${method}`]
  const { properties = {}, anyOf = [] } = found.definition
  const known = new Set([properties, ...anyOf.map((each) => each.properties ?? {})].flatMap(Object.keys))
  const surplus = Object.keys(z.record(z.string(), z.unknown()).parse(params)).filter(
    (key) => !known.has(key),
  )
  return [...problemsAs(found.name, params), ...surplus.map((key) => `${method} has no ${key}`)]
}

const Id = z.union([z.string(), z.int(), z.null()])
const Message = z.union([
  z.strictObject({
    jsonrpc: z.literal('2.0'),
    id: Id.optional(),
    method: z.string(),
    params: z.unknown().optional(),
  }),
  z.strictObject({ jsonrpc: z.literal('2.0'), id: Id, result: z.unknown() }),
  z.strictObject({ jsonrpc: z.literal('2.0'), id: Id, error: z.unknown() }),
])

/**
 * What is wrong with the messages that a client has sent: empty if nothing is. `methodOf`: what the agent had asked by an id.
 */
export const clientProblems = (
  messages: readonly unknown[],
  methodOf: (id: string | number | null) => string | undefined,
): string[] =>
  messages.flatMap((raw) => {
    const { success, data } = Message.safeParse(raw)
    if (!success) return [`no message of JSON-RPC 2.0: ${JSON.stringify(raw)}`]
    if ('method' in data)
      return paramsProblems(data.method, data.id === undefined ? 'Notification' : 'Request', data.params)
    if ('error' in data) return problemsAs('Error', data.error)
    const method = methodOf(data.id)
    const answer = definitions.find(
      (each) => each.method === method && each.kind === 'Response' && each.side === 'client',
    )
    return answer
      ? problemsAs(answer.name, data.result)
      : [`${method} (${data.id}) is not to be answered well`]
  })
