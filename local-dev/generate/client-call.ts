import * as z from 'zod'
import { type Definition, keepsAnswers, paramNamesOf } from '../../functions/http/operation'
import { isConditional, isEntityRead, isPaged } from '../../functions/openapi/operation'
import { plainSchema } from '../../functions/openapi/parameters'
import type { JsonSchema } from '../../schemas/json-schema'
import type { createTypeNames, TypeName } from './schema-names'
import { typeTextOf } from './type-text'

/** What the typed client has for one operation, as source. */
export interface ClientCall {
  group: string
  /** Properties of the group's object. */
  members: string[]
  imports: TypeName['imports']
  /** What it uses of the client's own modules. */
  uses: string[]
}

type TypeNames = Awaited<ReturnType<typeof createTypeNames>>

/** A query parameter that is a text takes whatever `String` makes that text of. */
const queryText = 'QueryText'

/** The parameters that are no filters, but those of a page. */
const pageParameters: readonly string[] = ['limit', 'cursor']

export const clientCallOf = (definition: Definition, typeOf: TypeNames): ClientCall => {
  const { method, path, name, body, answers, summary, description } = definition
  const [group = '', verb = ''] = name.split('.')
  const answer = answers.type === undefined ? typeOf(answers.schema, 'output') : undefined
  const bodyType = body && !definition.positional ? typeOf(body, 'input') : undefined
  const address = addressText(path)
  const params = paramNamesOf(path).map((param) => `${param}: ${paramTypeOf(definition, param)}`)
  const filters = filterTypeOf(definition)
  const given = [...params, ...bodyParameters(definition, bodyType?.text)]
  const options = [
    ...(isConditional(definition) ? ['ChangeOptions'] : []),
    ...(keepsAnswers(definition) ? ['RepeatOptions'] : []),
  ]
  const parameters = [
    ...given,
    ...(filters ? [`query: ${filters} = {}`] : []),
    ...(options.length > 0 ? [`options?: ${options.join(' & ')}`] : []),
  ]
  const sent = [
    ...(body ? [bodyText(definition)] : []),
    ...(filters ? ['query: { ...query }'] : []),
    ...(options.length > 0 ? ['...changeHeaders(options)'] : []),
  ]
  const ask = [`'${method}'`, address, ...optionsText(sent)].join(', ')
  const members = [`/** ${[summary, ...(description ? [description] : [])].join('. ')} */`]
  const uses = [
    'Requests',
    ...(params.length > 0 ? ['path'] : []),
    ...(filters?.includes(queryText) ? [queryText] : []),
  ]
  if (options.length > 0) uses.push(...options, 'changeHeaders')

  if (!answer) {
    const isStream = answers.type === 'text/event-stream'
    const signal = isStream ? ['signal?: AbortSignal'] : []
    const options = optionsText([...sent, ...(isStream ? ['...(signal && { signal })'] : [])])
    const call = isStream ? 'send' : 'text'
    members.push(
      `${verb}: (${[...parameters, ...signal].join(', ')}) => requests.${call}(${[`'${method}'`, address, ...options].join(', ')}),`,
    )
    return { group, members, imports: [], uses }
  }
  members.push(`${verb}: (${parameters.join(', ')}) => requests.ask<${answer.text}>(${ask}),`)
  if (isListed(definition)) {
    const page = [...given, `options: ${filters ? `${filters} & ` : ''}PageOptions`].join(', ')
    members.push(`/** The same, a page at a time */
      ${verb === 'list' ? 'page' : `${verb}Page`}: (${page}) =>
        pageOf<${answer.text.replace(/\[\]$/, '')}>(requests, ${address}, { ...options }),`)
    uses.push('PageOptions', 'pageOf')
  }
  if (isEntityRead(definition)) {
    members.push(`/** The same, with the tag that names this very state */
      ${verb}Tagged: (${given.join(', ')}) => taggedOf<${answer.text}>(requests, ${address}),`)
    uses.push('taggedOf')
  }
  return { group, members, imports: [...answer.imports, ...(bodyType?.imports ?? [])], uses }
}

const optionsText = (sent: readonly string[]): string[] => {
  const [first, ...others] = sent
  if (first === undefined) return []
  return [others.length === 0 && first.startsWith('...') ? first.slice(3) : `{ ${sent.join(', ')} }`]
}

const addressText = (path: string): string =>
  path.includes(':') ? `path\`${path.replace(/:(\w+)/g, '$${$1}')}\`` : `'${path}'`

const paramTypeOf = ({ params = {} }: Definition, name: string): string => {
  const schema = params[name]
  return schema ? typeTextOf(plainSchema(schema), () => undefined) : 'string'
}

/** The body, or those of its fields that are given one by one. It may be absent where none of it is required. */
const bodyParameters = ({ method, body, positional }: Definition, type = 'object'): string[] => {
  if (!body) return []
  const isOptional = method === 'POST' && body.safeParse({}).success
  if (!positional) return [isOptional ? `body: ${type} = {}` : `body: ${type}`]
  const { properties = {}, required = [] } = plainSchema(body)
  return positional.map((field) => {
    const part = properties[field]
    const text = typeof part === 'object' ? typeTextOf(part, () => undefined) : 'unknown'
    return `${field}${required.includes(field) ? '' : '?'}: ${text}`
  })
}

const bodyText = ({ positional }: Definition): string =>
  positional ? `body: { ${positional.join(', ')} }` : 'body'

/** A text with examples is completed by editors, and any other is taken. */
const queryTypeOf = (schema: JsonSchema): string => {
  const text = typeTextOf(schema, () => undefined)
  if (text !== 'string') return text
  const examples = schema.examples?.map((example) => JSON.stringify(example))
  return examples ? [...examples, '(string & {})'].join(' | ') : queryText
}

/** Of anything else that comes in pages, the answer itself says where to go on. */
const isListed = (definition: Definition): boolean =>
  isPaged(definition) && definition.answers.schema instanceof z.ZodArray

/** The type of the query without what belongs to pages; undefined if there is nothing else. */
const filterTypeOf = ({ query, answers }: Definition): string | undefined => {
  const names = Object.keys(query?.shape ?? {}).filter(
    (name) => !(answers.schema instanceof z.ZodArray && pageParameters.includes(name)),
  )
  const own = answers.type === undefined ? names : names.filter((name) => name !== 'token')
  if (own.length === 0) return undefined
  const fields = own.map((name) => {
    const schema = query?.shape[name]
    const docs = schema?.meta()?.description
    return `${docs ? `/** ${docs} */\n` : ''}${name}?: ${schema ? queryTypeOf(plainSchema(schema)) : queryText} | undefined`
  })
  return `{\n${fields.join('\n')}\n}`
}
