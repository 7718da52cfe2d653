import { html } from 'hono/html'
import { exampleOf } from '../../schemas/json-examples'
import type { JsonSchema } from '../../schemas/json-schema'
import type { OpenApiDocument, Operation } from './openapi-types'
import { type Piece, propertyTable, rowOf, titleIn, typeText } from './page-schema'

/** One endpoint. `address`: where the server is, for the example. */
export const operationPiece = (
  { components }: OpenApiDocument,
  {
    method,
    path,
    operation,
    address,
  }: { method: string; path: string; operation: Operation; address: string },
): Piece => {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  const schemas = components.schemas
  const bodySchema = requestBody?.content['application/json']?.schema
  const body = bodySchema && resolved(bodySchema, schemas)
  return html`<details class="entry" id="${operationId}">
<summary><b class="method ${method}">${method.toUpperCase()}</b> <code>${path}</code> <span>${summary}</span></summary>
${description === undefined ? '' : html`<p>${description}</p>`}
${parameters.length === 0 ? '' : html`<h4>Parameters</h4>${parameterTable(parameters)}`}
${body ? html`<h4>Body</h4>${propertyTable(body)}` : ''}
<h4>Answers</h4>
<dl>${Object.entries(responses).map(([status, answer]) => answerPiece(status, answer))}</dl>
${operation['x-events'] ? html`<h4>Events</h4><p>${eventLinks(operation['x-events'])}</p>` : ''}
<h4>Example</h4>
<pre>${curl(method, `${address}${exampleUrl(path, parameters)}`, body && exampleBody(body, schemas))}</pre>
</details>`
}

const parameterTable = (parameters: Operation['parameters']): Piece =>
  html`<table>${parameters.map(({ name, in: location, required, description, schema }) =>
    rowOf(name, required, { ...schema, description: `${description} (${location})` }),
  )}</table>`

const answerPiece = (
  status: string,
  { description, content, headers }: Operation['responses'][string],
): Piece => {
  const codes = Object.values(content ?? {}).flatMap(({ examples = {} }) => Object.keys(examples))
  const schema = Object.values(content ?? {})[0]?.schema
  const shape = schema ? html`<code>${typeText(schema)}</code> ` : ''
  const others = Object.keys(headers).filter((name) => name !== 'X-Request-Id')
  if (codes.length > 0)
    return html`<dt>${status}</dt><dd>${codes.map((code) => html`<a href="#${code}">${code}</a> `)}</dd>`
  return html`<dt class="good">${status}</dt><dd>${shape}${description}${
    others.length > 0 ? html` <small>with ${others.join(', ')}</small>` : ''
  }</dd>`
}

/** Links to events, by their names. */
const eventLinks = (names: readonly string[]): Piece[] =>
  names.map((name) => html`<a href="#${name}"><code>${name}</code></a> `)

const resolved = (schema: JsonSchema, schemas: Record<string, JsonSchema>): JsonSchema =>
  schemas[titleIn(schema.$ref ?? '')] ?? schema

const exampleUrl = (path: string, parameters: Operation['parameters']): string =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (url, { name, schema }) => url.replace(`{${name}}`, String(schema.examples?.[0] ?? schema.enum?.[0])),
      path,
    )

/** What is required, or all there is where nothing is. */
const exampleBody = (body: JsonSchema, schemas: Record<string, JsonSchema>): unknown => {
  const { properties = {}, required = Object.keys(properties).slice(0, 2) } = body
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)))
  return exampleOf({ properties: kept }, (ref) => schemas[titleIn(ref)])
}

const curl = (method: string, url: string, body: unknown): string =>
  [
    'curl',
    ...(method === 'get' ? [] : ['-X', method.toUpperCase()]),
    url,
    ...(body === undefined ? [] : [`\\\n  -d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`]),
  ].join(' ')
