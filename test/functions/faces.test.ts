// A request is good for one face of the API and bad for another, or is answered otherwise than the reference says.

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import type { ExampleIds } from '../../functions/http/example'
import type { Definition } from '../../functions/http/operation'
import type { Operation } from '../../functions/openapi/openapi-types'
import { templateOf } from '../../functions/openapi/parameters'
import { maxWaitSeconds } from '../../schemas/claim'
import { isObject } from '../../schemas/fields'
import { spawnRefusals } from '../../schemas/spawn'
import { fitting, resolveMarks, wrongBody } from '../contract/fuzz/values'
import { scaled } from '../random'
import { createExampleWorld } from './example-world'
import { clientFace, commandFace, type Face, type Input, type Outcome, restFace, serve } from './faces'
import { ajv, checkAt, document } from './reference-check'

/** Inputs for each operation, besides its example. */
const runs = scaled(4)

const { schemas } = document.components

/** Those that answer JSON: not the page, and not the endless stream of events. */
const operations = allOperations
  .map(({ definition }) => definition)
  .filter(({ answers }) => answers.type === undefined)
  .map((definition) => {
    const [path, method] = [templateOf(definition.path), definition.method.toLowerCase()]
    const documented = document.paths[path]?.[method]
    if (!documented) throw new Error(`${method} ${path} is not in the reference`)
    return { name: documented.operationId, definition, documented, pointer: ['paths', path, method] }
  })

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** Worlds that are equal, each behind a face of its own: the same is asked of all, so they stay equal. */
const openFaces = async (): Promise<{ faces: Face[]; ids: ExampleIds }> => {
  const worlds = [await createExampleWorld(), await createExampleWorld(), await createExampleWorld()] as const
  const [rest, client, command] = worlds
  const urlOf = async ({ services }: typeof rest) => {
    const { url, close } = await serve(services)
    closers.push(close)
    return url
  }
  const faces = [
    restFace(await urlOf(rest)),
    clientFace(await urlOf(client)),
    commandFace(await urlOf(command)),
  ]
  return { faces, ids: rest.ids }
}

/** The example of an operation, with some of it replaced by what fits the reference, or does not. */
const inputsFor = (
  definition: Definition,
  documented: Operation,
): fc.Arbitrary<(ids: ExampleIds) => Input> => {
  const schema = documented.requestBody?.content['application/json']?.schema
  const body = schema
    ? fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        {
          weight: 5,
          arbitrary: fitting(schema, schemas)
            .map((value) => JSON.stringify(value))
            .filter(isSayable),
        },
        { weight: 4, arbitrary: wrongBody(schema, schemas).filter(isSayableObject) },
        { weight: 2, arbitrary: withBlank(schema.$ref) },
      )
    : fc.constant(undefined)
  const names = Object.keys(definition.query?.shape ?? {})
  const text = fc.oneof(
    fc.constantFrom(
      '1',
      '1000',
      '1001',
      '0',
      '-1',
      '1e1',
      'null',
      'todo',
      'pending',
      'completed',
      'true',
      '',
    ),
    fc.nat().map((time) => `${time}.task_1`),
    fc.string(),
  )
  const query =
    names.length > 0 ? fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 2 }) : fc.constant({})
  const wrongParam = fc.option(fc.constantFrom('nothing', 'a b', '%', 'ü', 'x'.repeat(200)), { freq: 6 })
  return fc.record({ body, query, wrongParam }).map(({ body, query, wrongParam }) => (ids) => {
    const example = definition.example(ids)
    const params = { ...example.params }
    if (wrongParam) for (const name of Object.keys(params)) params[name] = wrongParam
    const sent: unknown = body === undefined ? example.body : JSON.parse(resolveMarks(body, idsOf(ids)))
    return { params, query, body: definition.positional ? onlyFields(sent, definition.positional) : sent }
  })
}

/** One of the properties is a text of nothing but space. */
const withBlank = (ref = ''): fc.Arbitrary<string> => {
  const schema = schemas[ref.slice(ref.lastIndexOf('/') + 1)] ?? {}
  const names = Object.keys(schema.properties ?? {})
  return fc
    .tuple(fitting(schema, schemas), fc.constantFrom(...names), fc.constantFrom(' ', '', '\t\n', '\u3000'))
    .map(([body, name, blank]) => JSON.stringify({ ...(isObject(body) && body), [name]: blank }))
    .filter(isSayable)
}

/** How deep a body may be nested, and that no key in it may be `__proto__`, no schema can say. */
const isSayable = (text: string): boolean => !text.includes('['.repeat(100)) && !text.includes('__proto__')

const isSayableObject = (text: string): boolean => {
  try {
    return isSayable(text) && isObject(JSON.parse(text))
  } catch {
    return false
  }
}

const onlyFields = (body: unknown, fields: readonly string[]) =>
  isObject(body)
    ? Object.fromEntries(fields.flatMap((field) => (field in body ? [[field, body[field]]] : [])))
    : {}

const idsOf = (ids: ExampleIds) => (kind: string) =>
  ({ proj: ids.project, task: ids.task, sess: ids.session, tmpl: ids.template })[kind] ?? 'gone'

/** As the description of the reference says: whatever else a session sends of a task is not even looked at. */
const asRead = (name: string, body: unknown): unknown =>
  name === 'updateTask' && isObject(body) && body.updateSource === 'session'
    ? onlyFields(body, ['updateSource', 'sessionStatus', 'sessionId', 'epoch'])
    : body

/** Whoever claims for a session names it, which no schema can say: an agent that shows its token need not. */
const namesWorker = (name: string, body: unknown): boolean => {
  if (!/^tasks\.(?:claim|claimNext|release)$/.test(name)) return true
  if (!isObject(body)) return false
  return typeof body.sessionId === 'string' || (name === 'tasks.release' && body.force === true)
}

/** Whether the reference allows an input. */
const isDocumented = (
  { name, definition, documented, pointer }: (typeof operations)[number],
  { params, query, body }: Input,
): boolean => {
  if (!namesWorker(definition.name, body)) return false
  const texts: Record<string, string> = { ...params, ...query }
  const parametersHold = documented.parameters.every(({ name, schema }) => {
    const text = texts[name]
    if (text === undefined) return true
    return ajv.validate(schema, schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text)
  })
  if (!parametersHold || !documented.requestBody) return parametersHold
  return (
    checkAt(...pointer, 'requestBody', 'content', 'application/json', 'schema')(asRead(name, body)) === true
  )
}

/** Whether a refusal is about the input itself, and not about what is stored. */
const isAboutInput = (outcome: Outcome): boolean => {
  if (outcome.accepted || !outcome.refusal) return false
  const { code, details } = outcome.refusal
  if (spawnRefusals.some(([, refusal]) => refusal === code)) return true
  if (code !== 'VALIDATION_ERROR' || !isObject(details) || !Array.isArray(details.issues)) return false
  // A template of another role; a task of another session. What differs, and bytes, no JSON Schema counts.
  return !details.issues.some(({ message }) =>
    /must name a template|is not a task of the session|is not an option of|ids that differ|bytes of UTF-8/.test(
      String(message),
    ),
  )
}

/** A wait that is allowed lasts up to 50 s where nothing is ready, and is tried elsewhere. */
const withoutWait = (input: Input): Input => {
  const { body } = input
  const isWait = isObject(body) && Number.isInteger(body.waitSeconds) && Number(body.waitSeconds) > 0
  return isWait && Number(body.waitSeconds) <= maxWaitSeconds
    ? { ...input, body: { ...body, waitSeconds: 0 } }
    : input
}

describe('REST, client, command line and reference agree', () => {
  it.each(operations)('on $name', async (operation) => {
    const { definition, documented, pointer } = operation
    const isAnswer = checkAt(
      ...pointer,
      'responses',
      `${definition.answers.status}`,
      'content',
      'application/json',
      'schema',
    )

    const ask = async (faces: readonly Face[], input: Input): Promise<Outcome> => {
      const outcomes: Outcome[] = []
      for (const face of faces) outcomes.push(await face(definition, input))
      const [rest = { accepted: false }, ...others] = outcomes
      for (const other of others) expect(other).toEqual(rest)
      if (rest.accepted) {
        isAnswer(rest.answer)
        expect(isAnswer.errors ?? []).toEqual([])
        definition.answers.schema.parse(rest.answer)
      }
      expect(isAboutInput(rest), JSON.stringify({ input, rest })).toBe(!isDocumented(operation, input))
      return rest
    }

    const { faces, ids } = await openFaces()
    const property = fc.asyncProperty(inputsFor(definition, documented), async (inputFor) => {
      await ask(faces, withoutWait(inputFor(ids)))
    })
    await fc.assert(property, { numRuns: runs, endOnFailure: true })

    // What only reads has changed nothing.
    const fresh = definition.method === 'GET' ? { faces, ids } : await openFaces()
    const { params = {}, body } = definition.example(fresh.ids)
    expect(await ask(fresh.faces, { params, query: {}, body })).toMatchObject({ accepted: true })
  })
})
