import { Hono } from 'hono'
import { streamEvents } from './events/stream'
import { guard } from './http/guard'
import { methodNotAllowed, noRoute } from './http/not-found'
import type { Endpoint } from './http/operation'
import { respondError } from './http/respond'
import { createProject } from './projects/create'
import { deleteProject } from './projects/delete'
import { getProject } from './projects/get'
import { listProjects } from './projects/list'
import { updateProject } from './projects/update'
import { completeQueueItem } from './queue/complete'
import { failQueueItem } from './queue/fail'
import { getQueue } from './queue/get'
import { listQueueItems } from './queue/items'
import { pushQueueItem } from './queue/push'
import { skipQueueItem } from './queue/skip'
import { startQueueItem } from './queue/start'
import { getQueueTop } from './queue/top'
import type { Env, RequestContext } from './services/app-services'
import { addSessionTask } from './sessions/add-task'
import { createSession } from './sessions/create'
import { deleteSession } from './sessions/delete'
import { addSessionEvent } from './sessions/events'
import { getSession } from './sessions/get'
import { listSessions } from './sessions/list'
import { getManifest } from './sessions/manifest'
import { removeSessionTask } from './sessions/remove-task'
import { spawnSession } from './sessions/spawn'
import { addSessionTimeline } from './sessions/timeline'
import { updateSession } from './sessions/update'
import { getSkill } from './skills/get'
import { listSkills } from './skills/list'
import { reloadSkill } from './skills/reload'
import { listSkillsOfRole } from './skills/role'
import { docs } from './status/docs'
import { health } from './status/health'
import { openApi } from './status/openapi'
import { webSocketStatus } from './status/ws-status'
import { listChildren } from './tasks/children'
import { createTask } from './tasks/create'
import { deleteTask } from './tasks/delete'
import { getTask } from './tasks/get'
import { listTasks } from './tasks/list'
import { addTaskTimeline } from './tasks/timeline'
import { updateTask } from './tasks/update'
import { createTemplate } from './templates/create'
import { getBuiltInTemplate } from './templates/default'
import { deleteTemplate } from './templates/delete'
import { getTemplate } from './templates/get'
import { listTemplates } from './templates/list'
import { resetTemplate } from './templates/reset'
import { getTemplateOfRole } from './templates/role'
import { updateTemplate } from './templates/update'

export type Route = readonly [method: string, path: string, endpoint: Endpoint]

/** Every route, in the order of the API reference. Fixed words come before parameters in the same place. */
export const routes: readonly Route[] = [
  ['GET', '/api/projects', listProjects],
  ['POST', '/api/projects', createProject],
  ['GET', '/api/projects/:id', getProject],
  ['PUT', '/api/projects/:id', updateProject],
  ['DELETE', '/api/projects/:id', deleteProject],

  ['GET', '/api/tasks', listTasks],
  ['POST', '/api/tasks', createTask],
  ['GET', '/api/tasks/:id', getTask],
  ['PATCH', '/api/tasks/:id', updateTask],
  ['GET', '/api/tasks/:id/children', listChildren],
  ['POST', '/api/tasks/:id/timeline', addTaskTimeline],
  ['DELETE', '/api/tasks/:id', deleteTask],

  ['GET', '/api/sessions', listSessions],
  ['POST', '/api/sessions', createSession],
  ['POST', '/api/sessions/spawn', spawnSession],
  ['GET', '/api/sessions/:id', getSession],
  ['PATCH', '/api/sessions/:id', updateSession],
  ['DELETE', '/api/sessions/:id', deleteSession],
  ['POST', '/api/sessions/:id/events', addSessionEvent],
  ['POST', '/api/sessions/:id/timeline', addSessionTimeline],
  ['POST', '/api/sessions/:id/tasks/:taskId', addSessionTask],
  ['DELETE', '/api/sessions/:id/tasks/:taskId', removeSessionTask],
  ['GET', '/api/sessions/:id/manifest', getManifest],

  ['GET', '/api/skills', listSkills],
  ['GET', '/api/skills/role/:role', listSkillsOfRole],
  ['GET', '/api/skills/:id', getSkill],
  ['POST', '/api/skills/:id/reload', reloadSkill],

  ['GET', '/api/sessions/:id/queue', getQueue],
  ['GET', '/api/sessions/:id/queue/top', getQueueTop],
  ['POST', '/api/sessions/:id/queue/start', startQueueItem],
  ['POST', '/api/sessions/:id/queue/complete', completeQueueItem],
  ['POST', '/api/sessions/:id/queue/fail', failQueueItem],
  ['POST', '/api/sessions/:id/queue/skip', skipQueueItem],
  ['POST', '/api/sessions/:id/queue/push', pushQueueItem],
  ['GET', '/api/sessions/:id/queue/items', listQueueItems],

  ['GET', '/api/templates', listTemplates],
  ['GET', '/api/templates/role/:role', getTemplateOfRole],
  ['GET', '/api/templates/default/:role', getBuiltInTemplate],
  ['GET', '/api/templates/:id', getTemplate],
  ['POST', '/api/templates', createTemplate],
  ['PUT', '/api/templates/:id', updateTemplate],
  ['POST', '/api/templates/:id/reset', resetTemplate],
  ['DELETE', '/api/templates/:id', deleteTemplate],

  ['GET', '/api/events', streamEvents],

  ['GET', '/health', health],
  ['GET', '/ws-status', webSocketStatus],
  ['GET', '/openapi.json', openApi(() => routes)],
  ['GET', '/docs', docs(() => routes)],
]

/** The whole API, for any host: `app.fetch(request, { ...host, address })`. */
export const createApp = (): Hono<Env> => {
  const app = new Hono<Env>()
  const guarded = (handle: (c: RequestContext) => Response | Promise<Response>) => (c: RequestContext) =>
    guard(c) ?? handle(c)

  for (const [method, path, endpoint] of routes) {
    // Else another method on `/api/sessions/spawn` would find `/api/sessions/:id`.
    if (isFixedWord(path)) app.on(otherMethods(path), path, guarded(methodNotAllowed(methodsOf(path))))
    app.on(method, path, guarded(endpoint))
  }
  app.notFound(guarded(noRoute((method, path) => app.router.match(method, path)[0].length > 0)))
  app.onError((error, c) => respondError(c, error))
  return app
}

const methodsOf = (path: string) => routes.filter((route) => route[1] === path).map(([method]) => method)

const otherMethods = (path: string) =>
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !methodsOf(path).includes(method))

/** Whether a path says in words what another one, that could be meant as well, leaves open. */
const isFixedWord = (path: string): boolean =>
  routes.some(([, other]) => beats(path.split('/'), other.split('/')))

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
