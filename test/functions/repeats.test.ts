// A repeated request is done twice because its operation keeps no answer, or not in the commit of its change.
import { describe, expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import { keepsAnswers } from '../../functions/http/operation'
import { entityKinds } from '../../schemas/entities'
import type { Documents } from '../../storage/documents'
import { app, createExampleWorld, type ExampleWorld } from './example-world'
import { calledLocally, localRequest } from './services'

const posts = allOperations
  .map(({ definition }) => definition)
  .filter(keepsAnswers)
  .map((definition) => ({ name: definition.name, definition }))

const everythingIn = (documents: Documents): string[] =>
  entityKinds.flatMap((kind) => documents.list(kind).map(({ json }) => json))

const send = async (
  { services, ids }: ExampleWorld,
  { path, example }: (typeof posts)[number]['definition'],
  headers: Record<string, string>,
) => {
  const { params = {}, body } = example(ids)
  const address = path.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? '')
  const init = { method: 'POST', headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await app.fetch(localRequest(address, init), calledLocally(services))
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('a POST that is sent again with its Idempotency-Key', () => {
  it.each(posts)('$name is not done again, and answered the same', async ({ definition }) => {
    const world = await createExampleWorld()
    const { workspace } = world.services
    const first = await send(world, definition, { 'Idempotency-Key': 'k' })
    expect(first.status).toBe(definition.answers.status)
    const [before, eventBefore] = [await workspace.read(everythingIn), workspace.lastEvent()]
    const second = await send(world, definition, { 'Idempotency-Key': 'k' })
    expect(second.headers.get('Idempotent-Replayed')).toBe('true')
    expect([second.status, second.text]).toEqual([first.status, first.text])
    expect(await workspace.read(everythingIn)).toEqual(before)
    expect(workspace.lastEvent()).toBe(eventBefore)
  })

  it.each(posts)('$name keeps its answer in the commit of its change', async ({ definition }) => {
    const world = await createExampleWorld()
    const commits: number[] = []
    const { workspace } = world.services
    const services = {
      ...world.services,
      workspace: {
        ...workspace,
        async change<T>(rule: Parameters<typeof workspace.change<T>>[0]) {
          const before = await workspace.read((documents) => documents.count('answers'))
          const result = await workspace.change(rule)
          commits.push((await workspace.read((documents) => documents.count('answers'))) - before)
          return result
        },
      },
    }
    await send({ ...world, services }, definition, { 'Idempotency-Key': 'k' })
    expect(commits).toEqual([1])
  })

  it.each(posts)('$name keeps nothing without the header', async ({ definition }) => {
    const world = await createExampleWorld()
    await send(world, definition, {})
    expect(await world.services.workspace.read((documents) => documents.count('answers'))).toBe(0)
  })
})
