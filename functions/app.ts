import { Hono } from 'hono'
import { allOperations } from './all-operations'
import { guard } from './http/guard'
import { methodNotAllowed, noRoute } from './http/not-found'
import { respondError } from './http/respond'
import { createRouter } from './http/router'
import { mcpEndpoint } from './mcp/endpoint'
import type { Env, RequestContext } from './services/app-services'
import { answerConsole } from './status/console-file'

/** The whole API, for any host: `app.fetch(request, { ...services, address })`. */
export const createApp = (): Hono<Env> => {
  const app = new Hono<Env>({ router: createRouter() })
  const guarded = (handle: (c: RequestContext) => Response | Promise<Response>) => (c: RequestContext) => {
    const refusal = guard(c)
    return refusal instanceof Promise
      ? refusal.then((response) => response ?? handle(c))
      : (refusal ?? handle(c))
  }

  for (const operation of allOperations) {
    const { method, path } = operation.definition
    // Else another method on `/api/sessions/spawn` would find `/api/sessions/:id`.
    if (isFixedWord(path)) app.on(otherMethods(path), path, guarded(methodNotAllowed(methodsOf(path))))
    app.on(method, path, operation)
  }
  app.post('/mcp', mcpEndpoint(app.fetch))
  const nowhere = noRoute((method, path) => app.router.match(method, path)[0].length > 0)
  app.notFound(guarded((c) => answerConsole(c).then((response) => response ?? nowhere(c))))
  app.onError((error, c) => respondError(c, error))
  return app
}

const methodsOf = (path: string): string[] =>
  allOperations.flatMap(({ definition }) => (definition.path === path ? definition.method : []))

const otherMethods = (path: string) =>
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !methodsOf(path).includes(method))

/** Whether a path says in words what another one, that could be meant as well, leaves open. */
const isFixedWord = (path: string): boolean =>
  allOperations.some(({ definition }) => beats(path.split('/'), definition.path.split('/')))

const beats = (path: string[], other: string[]): boolean => {
  const isParameter = (segment: string | undefined) => segment?.startsWith(':') === true
  const differing = path.findIndex((segment, index) => segment !== other[index])
  return (
    path.length === other.length &&
    isParameter(other[differing]) &&
    path.every(
      (segment, index) => segment === other[index] || isParameter(segment) || isParameter(other[index]),
    )
  )
}
