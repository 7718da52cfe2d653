/** Any request of the API, by the name that the reference gives it. */
import { allOperations } from '../../functions/all-operations'
import { changeHeaders } from '../../functions/client/entities'
import { createRequests, errorOf, path as pathWith, type Requests } from '../../functions/client/requests'
import { type Definition, keepsAnswers, paramNamesOf } from '../../functions/http/operation'
import { isConditional } from '../../functions/openapi/operation'
import { operationId } from '../../functions/openapi/operation-id'
import { httpFetch } from '../lib/http-fetch'
import { defineCommand } from './command'
import { UsageError } from './exit'
import { table } from './format'

const definitions = allOperations.map(({ definition }) => definition)

export const command = defineCommand({
  about: 'Send any request of the API by its name; without a name, list them',
  example: `maestro api createTask --body '{"projectId":"proj_1","title":"Add the login page"}'`,
  args: {
    operation: { type: 'positional', required: false, description: 'Name of the request, such as listTasks' },
    param: {
      type: 'string',
      valueHint: 'NAME=VALUE',
      description: 'A parameter of the path or of the query; may be repeated',
    },
    body: { type: 'string', valueHint: 'JSON', description: 'The body, which is sent as it is given' },
    'if-match': {
      type: 'string',
      valueHint: 'ETAG',
      description: 'Change it only if it still is what was read with this tag (412 otherwise)',
    },
    'idempotency-key': {
      type: 'string',
      valueHint: 'KEY',
      description: 'A text of your own for this request: sent again with it, it is not done again',
    },
  },
  repeatable: ['param'],
  async run({ args, values, environment, print, note }) {
    if (args.operation === undefined) return listing()
    const definition = definitions.find((candidate) => operationId(candidate) === args.operation)
    if (!definition)
      throw new UsageError(`There is no request "${args.operation}" in the API: maestro api lists them`)
    const { serverUrl: url, token, callsFor: sessionId } = environment
    const requests = createRequests({ url, token, sessionId, fetch: httpFetch })
    const { params, query } = parametersFrom(definition, values('param'))
    const { 'if-match': ifMatch, 'idempotency-key': idempotencyKey } = args
    if (args.body !== undefined && !definition.body) throw new UsageError('This request takes no --body')
    if (ifMatch !== undefined && !isConditional(definition))
      throw new UsageError('This request takes no --if-match: it would be done whatever the tag is')
    if (idempotencyKey !== undefined && !keepsAnswers(definition))
      throw new UsageError('This request takes no --idempotency-key: only a POST does')
    const options = {
      query,
      ...(args.body !== undefined && { body: args.body }),
      ...changeHeaders({ ifMatch, idempotencyKey }),
    }
    const address = addressOf(definition, params)
    if (definition.answers.type === 'text/event-stream')
      return printStream(requests, definition, address, options, print)
    if (definition.answers.type !== undefined) {
      const text = await requests.text(definition.method, address, options)
      // It is printed with a line end of its own.
      return { json: text, text: text.replace(/\n$/, '') }
    }
    const { body, headers } = await requests.answer<unknown>(definition.method, address, options)
    const cursor = headers.get('X-Next-Cursor')
    if (cursor !== null) note(`there are more: add --param cursor=${cursor}`)
    return { json: body, text: JSON.stringify(body, null, 2) }
  },
})

const listing = () => {
  const rows = definitions.map((definition) => ({
    name: operationId(definition),
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    params: [...paramNamesOf(definition.path), ...Object.keys(definition.query?.shape ?? {})],
    body: definition.body !== undefined,
  }))
  return {
    json: rows,
    text: table(
      ['NAME', 'REQUEST', 'PARAMETERS', ''],
      rows.map(({ name, method, path, summary, params, body }) => [
        name,
        `${method} ${path}`,
        [...params, ...(body ? ['+ body'] : [])].join(' '),
        summary,
      ]),
      '',
    ),
  }
}

/** What `--param` gives, by where it belongs. Throws `UsageError` for a name that the request does not know. */
const parametersFrom = ({ path, query, repeatable = [] }: Definition, given: readonly string[]) => {
  const inPath = paramNamesOf(path)
  const inQuery = Object.keys(query?.shape ?? {})
  const known = [...inPath, ...inQuery]
  const values = new Map<string, string>()
  for (const pair of given) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (!known.includes(name))
      throw new UsageError(
        known.length === 0
          ? `This request takes no --param, but --param ${pair} is given`
          : `--param ${pair} must be NAME=VALUE, where NAME is one of ${known.join(', ')}`,
      )
    const before = values.get(name)
    if (before !== undefined && !repeatable.includes(name))
      throw new UsageError(`--param ${name} is given twice`)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  const missing = inPath.find((name) => !values.has(name))
  if (missing !== undefined) throw new UsageError(`--param ${missing}=VALUE is required`)
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (values.has(name) ? [[name, values.get(name) ?? '']] : [])))
  return { params: pick(inPath), query: pick(inQuery) }
}

const addressOf = ({ path }: Definition, params: Readonly<Record<string, string>>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => pathWith`${params[name] ?? ''}`)

const printStream = async (
  requests: Requests,
  { method }: Definition,
  address: string,
  options: Parameters<Requests['send']>[2],
  print: (line: string) => void,
) => {
  const response = await requests.send(method, address, options)
  if (!response.ok) throw await errorOf(response, `${method} ${address}`)
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) print(decoder.decode(chunk, { stream: true }).trimEnd())
  return undefined
}
