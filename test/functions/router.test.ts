// A request goes to the operation that is meant, as Hono's own slower router would have it.
import fc from 'fast-check'
import { TrieRouter } from 'hono/router/trie-router'
import { expect, it } from 'vitest'
import { allOperations } from '../../functions/all-operations'
import { createRouter } from '../../functions/http/router'

const routes = allOperations.map(({ definition: { method, path } }) => ({ method, path }))
const ours = createRouter<string>()
const honos = new TrieRouter<string>()
for (const { method, path } of routes)
  for (const router of [ours, honos]) router.add(method, path, `${method} ${path}`)

/** What answers, and with which parameters. */
const found = (router: typeof ours | typeof honos, method: string, path: string) => {
  const [handlers, stash = []] = router.match(method, path)
  const [first] = handlers
  if (!first) return undefined
  const [handler, params] = first
  const textOf = (value: string | number) => (typeof value === 'number' ? stash[value] : value)
  return {
    handler,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, textOf(value)])),
  }
}

const words = [...new Set(routes.flatMap(({ path }) => path.split('/')))].filter(
  (word) => !word.startsWith(':'),
)
const segment = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom('', '.', '..', '%2F', '__proto__', 'constructor', ':id', '*', 'ä', 'a\nb'),
  fc.string({ maxLength: 12 }).filter((text) => !text.includes('/')),
)
/** A path that there is, with something in the place of each parameter, and sometimes of a word. */
const likePath = fc
  .constantFrom(...routes)
  .chain(({ path }) =>
    fc
      .tuple(
        ...path
          .split('/')
          .map((part) =>
            part.startsWith(':')
              ? segment
              : fc.oneof({ weight: 9, arbitrary: fc.constant(part) }, { weight: 1, arbitrary: segment }),
          ),
      )
      .map((parts) => parts.join('/')),
  )
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD')
const anyPath = fc.array(segment, { maxLength: 7 }).map((parts) => `/${parts.join('/')}`)

it('each operation is found under its own path', () => {
  for (const { method, path } of routes) {
    const address = path.replaceAll(/:(\w+)/g, 'some-$1')
    expect(found(ours, method, address)?.handler).toBe(`${method} ${path}`)
  }
})

it('any path finds what it finds with the router that walks a tree', () => {
  fc.assert(
    fc.property(method, fc.oneof(likePath, anyPath), (method, path) => {
      expect(found(ours, method, path)).toEqual(found(honos, method, path))
    }),
    { numRuns: 5000 },
  )
})
