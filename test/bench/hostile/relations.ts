/** Requests that change, or look at, much that is stored. */
import { expecting, type Kind } from './kind'
import type { Target } from './target'

const change = (
  name: string,
  unit: string,
  base: number,
  prepare: (
    target: Target,
    size: number,
  ) => Promise<readonly [method: string, path: string, body?: object | undefined, status?: number]>,
): Kind => ({
  name,
  unit,
  base,
  prepare: async (target, size) => {
    const [method, path, sent, status = 200] = await prepare(target, size)
    return () => expecting(status, target.send(method, path, sent))
  },
})

const chainOf = async (target: Target, length: number): Promise<string> => {
  let [last] = await target.tasks(1)
  for (let n = 1; n < length; n++) [last] = await target.tasks(1, { parentId: last })
  return last ?? ''
}

const queueOf = async (target: Target, size: number) =>
  target.session({ taskIds: await target.tasks(size), strategy: 'queue', status: 'working' })

export const relations: Kind[] = [
  change('DELETE of a session', 'tasks', 500, async (target, size) => [
    'DELETE',
    `/api/sessions/${await target.session({ taskIds: await target.tasks(size) })}`,
  ]),
  change('DELETE of a session with a queue', 'tasks', 500, async (target, size) => [
    'DELETE',
    `/api/sessions/${await queueOf(target, size)}`,
  ]),
  change('stop of a session with a queue', 'tasks', 500, async (target, size) => [
    'POST',
    `/api/sessions/${await queueOf(target, size)}/stop`,
  ]),
  change('end of a session with outcomes', 'outcomes', 500, async (target, size) => {
    const taskIds = await target.tasks(size)
    const id = await target.session({ taskIds, strategy: 'queue', status: 'working' })
    const outcomes = taskIds.map((taskId) => ({ taskId, outcome: 'completed' }))
    return ['POST', `/api/sessions/${id}/end`, { cause: 'reported', outcomes }]
  }),
  change('PATCH taskIds: all in', 'tasks', 500, async (target, size) => {
    const taskIds = await target.tasks(size)
    return ['PATCH', `/api/sessions/${await target.session({ strategy: 'queue' })}`, { taskIds }]
  }),
  change('PATCH taskIds: all out', 'tasks', 500, async (target, size) => [
    'PATCH',
    `/api/sessions/${await queueOf(target, size)}`,
    { taskIds: [] },
  ]),
  change('PATCH sessionIds: all in', 'sessions', 250, async (target, size) => {
    const [id] = await target.tasks(1)
    const fields = { projectId: target.projectId, taskIds: [] }
    const sessionIds = await target.make(size, '/api/sessions', () => fields)
    return ['PATCH', `/api/tasks/${id}`, { sessionIds }]
  }),
  change('DELETE of a task with children that wait', 'tasks', 500, async (target, size) => {
    const [id] = await target.tasks(1)
    await target.tasks(size, { parentId: id, dependencies: [id] })
    return ['DELETE', `/api/tasks/${id}`]
  }),
  change('DELETE of a project in use', 'tasks', 500, async (target, size) => {
    await target.tasks(size)
    return ['DELETE', `/api/projects/${target.projectId}`, undefined, 400]
  }),
  change('spawn, one waits for all', 'tasks', 250, async (target, size) => {
    const others = await target.tasks(size - 1)
    const [id] = await target.tasks(1, { dependencies: others })
    const body = { projectId: target.projectId, taskIds: [...others, id] }
    return ['POST', '/api/sessions/spawn', body, 201]
  }),
  change('spawn, skills that are not there', 'skills', 2000, async (target, size) => {
    const skills = Array.from({ length: size }, (_, n) => `s${n}`)
    const body = { projectId: target.projectId, taskIds: await target.tasks(1), skills }
    return ['POST', '/api/sessions/spawn', body, 201]
  }),
  change('a step of a queue', 'items', 500, async (target, size) => [
    'POST',
    `/api/sessions/${await queueOf(target, size)}/queue/start`,
  ]),
  change('a task at the end of a chain', 'parents', 625, async (target, size) => {
    const parentId = await chainOf(target, size)
    return ['POST', '/api/tasks', { projectId: target.projectId, title: 't', parentId }, 201]
  }),
  change('a parent put under the end of a chain', 'parents', 625, async (target, size) => {
    const parentId = await chainOf(target, size)
    const [id] = await target.tasks(1)
    await target.tasks(1, { parentId: id })
    return ['PATCH', `/api/tasks/${id}`, { parentId }]
  }),
  change('dependencies that all wait for all', 'edges', 4000, async (target, size) => {
    const width = 20
    let layer = await target.tasks(width)
    for (let edges = 0; edges < size; edges += width * width)
      layer = await target.tasks(width, { dependencies: layer })
    const [id] = await target.tasks(1)
    await target.tasks(1, { dependencies: [id] })
    return ['PATCH', `/api/tasks/${id}`, { dependencies: layer }]
  }),
  change('a list of everything', 'tasks', 1000, async (target, size) => {
    await target.tasks(size)
    return ['GET', '/api/tasks']
  }),
  {
    name: 'a page by a cursor, 50 times',
    unit: 'tasks',
    base: 1000,
    prepare: async (target, size) => {
      await target.tasks(size)
      const path = `/api/tasks?projectId=${target.projectId}&status=todo&limit=1`
      return async () => {
        for (let n = 0; n < 50; n++) await expecting(200, target.send('GET', path))
      }
    },
  },
]
