// Somebody mounts one operation in an app of their own: it leans on something that only our app gives it, lets in who
// must not come in, or cannot do what its own example says.
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import type { ExampleRequest, Operation } from '../../functions/http/operation'
import type { AppServices, Env } from '../../functions/services/app-services'
import { entityKinds } from '../../schemas/entities'
import type { Documents } from '../../storage/documents'
import { createExampleWorld } from './example-world'
import { calledLocally, localRequest } from './services'

const operations = allOperations.map((operation) => {
  const { method, path } = operation.definition
  return { name: `${method} ${path}`, operation }
})

const pathOf = ({ definition }: Operation, { params = {}, query = {} }: ExampleRequest): string => {
  const path = definition.path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) search.set(name, String(value))
  return search.size > 0 ? `${path}?${search}` : path
}

/** Sends a request to an app that has nothing but this operation. */
const ask = async (
  services: AppServices,
  operation: Operation,
  request: ExampleRequest,
  headers: Record<string, string> = {},
) => {
  const { method, path } = operation.definition
  const app = new Hono<Env>()
  app.on(method, path, operation)
  const init = {
    method,
    headers,
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  }
  const response = await app.fetch(localRequest(pathOf(operation, request), init), calledLocally(services))
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json')
  const body: unknown = isJson ? await response.json() : undefined
  await response.body?.cancel().catch(() => undefined)
  return { status: response.status, headers: response.headers, body }
}

const everythingIn = (documents: Documents): string[] =>
  entityKinds.flatMap((kind) => documents.list(kind).map(({ json }) => json))

describe('an operation alone on an empty app', () => {
  it.each(operations)('$name does what its example says', async ({ operation }) => {
    const { services, ids } = await createExampleWorld()
    const { answers, example } = operation.definition
    const { status, headers, body } = await ask(services, operation, example(ids))
    expect(body).not.toMatchObject({ error: true })
    expect(status).toBe(answers.status)
    expect(headers.get('X-Request-Id')).toBeTruthy()
    expect(headers.get('Content-Type')).toContain(answers.type ?? 'application/json')
    if (!answers.type) answers.schema.parse(body)
  })

  it.each(operations)('$name is guarded', async ({ operation }) => {
    const { services, ids } = await createExampleWorld()
    const before = await services.workspace.read(everythingIn)
    const example = { query: { any: '1' }, ...operation.definition.example(ids) }
    for (const headers of [{ Host: 'evil.example' }, { Origin: 'https://evil.example' }]) {
      const { status, body } = await ask(services, operation, example, headers)
      expect(status).toBe(403)
      expect(body).toMatchObject({ error: true, code: 'FORBIDDEN' })
    }
    expect(await services.workspace.read(everythingIn)).toEqual(before)
  })

  const withParams = operations.filter(({ operation }) => operation.definition.path.includes(':'))
  it.each(withParams)('$name refuses parameters that mean nothing', async ({ operation }) => {
    const { services, ids } = await createExampleWorld()
    const before = await services.workspace.read(everythingIn)
    const example = operation.definition.example(ids)
    for (const name of Object.keys(example.params ?? {}))
      for (const wrong of ['no-such-thing', '%00', '..%2F..%2Fetc']) {
        const params = { ...example.params, [name]: wrong }
        const { status, body } = await ask(services, operation, { ...example, params })
        expect(status).toBeOneOf([400, 404])
        expect(body).toMatchObject({ error: true, message: expect.stringMatching(/\w/) })
      }
    expect(await services.workspace.read(everythingIn)).toEqual(before)
  })

  const paged = operations.filter(({ operation }) => 'limit' in (operation.definition.query?.shape ?? {}))
  it.each(paged)('$name refuses a limit and a cursor that are none', async ({ operation }) => {
    const { services, ids } = await createExampleWorld()
    const example = operation.definition.example(ids)
    for (const query of [{ limit: '0' }, { limit: 'many' }, { limit: '1001' }, { cursor: 'x' }]) {
      const { status, body } = await ask(services, operation, { ...example, query })
      expect(status).toBe(400)
      expect(body).toMatchObject({ code: 'VALIDATION_ERROR' })
    }
  })

  const withBody = operations.filter(({ operation }) => operation.definition.body)
  it.each(withBody)('$name refuses a body that is none', async ({ operation }) => {
    const { services, ids } = await createExampleWorld()
    const example = operation.definition.example(ids)
    const { status, body } = await ask(services, operation, { ...example, body: [1] })
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: true, details: { issues: [{ message: expect.any(String) }] } })
  })
})
