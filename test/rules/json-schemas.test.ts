import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020'
import formats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { descriptionOf, entityKinds } from '../../schemas/entities'
import { partsOf } from '../../schemas/json-examples'
import { jsonSchemaFiles } from '../../schemas/json-files'
import type { JsonSchema } from '../../schemas/json-schema'
import { parseTrusted } from '../../schemas/json-text'

const directory = join(import.meta.dirname, '../../schemas/json')
const names = [
  ...['project', 'task', 'session', 'session-timeline-event', 'session-event', 'queue-state', 'queue-item'],
  ...['template', 'create-project-request', 'update-project-request', 'create-task-request'],
  ...[
    'update-task-request',
    'create-session-request',
    'update-session-request',
    'end-session-request',
    'spawn-session-request',
  ],
  ...['create-template-request', 'update-template-request', 'error-response', 'delete-response'],
  ...['request', 'create-request-request', 'answer-request-request'],
  ...['message', 'create-message-request', 'update-message-request', 'prompt-request'],
  ...['claim-task-request', 'claim-next-request', 'release-task-request'],
  ...['websocket-message', 'spawn-event', 'skill-manifest', 'session-manifest'],
]

const parse = (text: string): JsonSchema => parseTrusted(text)

/** Every property in a schema and its definitions, with the way to it. */
const propertiesOf = (schema: JsonSchema, path: string): [string, JsonSchema][] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, property]): [string, JsonSchema][] =>
    typeof property === 'object' ? [[`${path}.${name}`, property]] : [],
  ),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'object' ? propertiesOf(property, `${path}.${name}`) : [],
  ),
  ...Object.entries(schema.$defs ?? {}).flatMap(([name, part]) => propertiesOf(part, `${path}#${name}`)),
  ...partsOf({ ...schema, properties: {} }).flatMap((part) => propertiesOf(part, `${path}[]`)),
]

/** A part of a schema as it is written outside of it: what the schema defines is compiled once, and not with each of its parts. */
const outsideOf = ({ $id }: JsonSchema, property: JsonSchema): JsonSchema =>
  parse(JSON.stringify(property).replaceAll('"$ref":"#', `"$ref":"${$id}#`))

const described = ({ description }: JsonSchema) => typeof description === 'string' && description !== ''

test('no file is missing, and none is there that nobody promised', () => {
  expect(readdirSync(directory).sort()).toEqual(names.map((name) => `${name}.json`).sort())
})

const current = jsonSchemaFiles()
const whole = formats.default(new Ajv2020({ allowUnionTypes: true }))
/** What is part of a schema has been checked with it. */
const part = formats.default(new Ajv2020({ allowUnionTypes: true, validateSchema: false }))

describe.each(names)('%s.json', (name) => {
  const schema = parse(readFileSync(join(directory, `${name}.json`), 'utf8'))
  const properties = propertiesOf(schema, name)

  test('is current: `npm run generate` would change nothing', () => {
    expect(schema).toEqual(current[name])
  })

  test('says what it is', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:maestro-server:schemas:${name}`,
      title: expect.stringMatching(/./),
      description: expect.stringMatching(/./),
    })
  })

  test('describes every property, with an example', () => {
    expect(properties.length).toBeGreaterThan(0)
    expect(properties.filter(([, property]) => !described(property)).map(([path]) => path)).toEqual([])
    expect(properties.filter(([, { examples }]) => !examples?.length).map(([path]) => path)).toEqual([])
  })

  test('gives only examples that fit', () => {
    whole.compile(schema)
    part.addSchema(schema)
    const wrong = properties.flatMap(([path, { examples = [], ...property }]) => {
      const validate = part.compile(outsideOf(schema, property))
      return examples.flatMap((example) =>
        validate(example) ? [] : `${path}: ${part.errorsText(validate.errors)}`,
      )
    })
    expect(wrong).toEqual([])
  })
})

const requests = entityKinds
  .flatMap((kind) => descriptionOf(kind).bodies)
  .map((schema) => ({ schema, title: schema.meta()?.title ?? '' }))

describe.each(requests)('a body for $title', ({ schema, title }) => {
  const name = title.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()
  const { properties = {} } = current[name] ?? {}
  const example = Object.fromEntries(
    Object.entries(properties).map(([field, property]) => [
      field,
      typeof property === 'object' ? property.examples?.[0] : undefined,
    ]),
  )
  const without = (field: string) =>
    Object.fromEntries(Object.entries(example).filter(([name]) => name !== field))
  const others = [null, '', ' \t', 'x', 0, -1, 1.5, true, [], [''], [null], ['a', 'a'], {}, { a: 1 }]
  const bodies: unknown[] = [
    {},
    example,
    ...Object.keys(example).flatMap((field) => [
      without(field),
      { [field]: example[field] },
      ...others.map((value) => ({ ...example, [field]: value })),
    ]),
  ]

  test('is good for the schema that programs get exactly where the server takes it', () => {
    const validate = whole.compile({ ...current[name], $id: `urn:of-bodies:${name}` })
    const differing = bodies.filter((body) => validate(body) !== schema.safeParse(body).success)
    expect(bodies.length).toBeGreaterThan(others.length)
    expect(differing.map((body) => JSON.stringify(body))).toEqual([])
  })
})
