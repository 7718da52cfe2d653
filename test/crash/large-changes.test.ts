/** One request changes more than a thousand entities, and the server is killed in the middle: all of it is there, or nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Project, Session, Task } from '../contract/http'
import { startServer } from '../contract/server'
import { count } from '../figures'
import { createRandom, scaled } from '../random'
import { ConnectionLost, openRequests, type Requests } from './requests'

const rounds = scaled(2)
const random = createRandom('large-changes')
/** More than are changed at once: others have their turn in between. */
const tasks = 1200
/** So long such a change takes, at most, in milliseconds, on a machine that does nothing else. */
const changeMs = 250

const makeTasks = async (url: string): Promise<{ projectId: string; taskIds: string[] }> => {
  const { send } = openRequests(url)
  const { id: projectId } = await send<Project>('POST', '/api/projects', { name: 'large' })
  const taskIds: string[] = []
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const { send } = openRequests(url)
      for (let n = worker; n < tasks; n += 8)
        taskIds.push((await send<Task>('POST', '/api/tasks', { projectId, title: `${n}` })).id)
    }),
  )
  return { projectId, taskIds }
}

/** The sessions that there are, and of how many tasks each says that they are its own. */
const relations = async ({ get }: Requests, projectId: string) => {
  const sessions = await get<Session[]>(`/api/sessions?projectId=${projectId}`)
  const all = await get<Task[]>(`/api/tasks?projectId=${projectId}`)
  const named = new Set(all.flatMap(({ sessionIds }) => sessionIds))
  return {
    ids: sessions.map(({ id }) => id),
    named: [...named],
    sizes: sessions.map(({ taskIds }) => taskIds.length),
    tasksWithout: all.filter(({ sessionIds }) => sessionIds.length === 0).length,
  }
}

it(
  'again and again, while a session of all tasks is made or deleted',
  async () => {
    let server = await startServer()
    try {
      const { projectId, taskIds } = await makeTasks(server.url)
      let sessionId: string | undefined
      for (let round = 1; round <= rounds; round++) {
        const { send } = openRequests(server.url)
        const before = sessionId
        const change =
          before === undefined
            ? send<Session>('POST', '/api/sessions', { projectId, taskIds })
            : send('DELETE', `/api/sessions/${before}`)
        const acknowledged = change.then(
          () => true,
          (error) => {
            if (error instanceof ConnectionLost) return false
            throw error
          },
        )
        await sleep(random() * changeMs)
        await server.kill9()
        count('kills')
        const isDone = await acknowledged
        if (isDone) count('acknowledged')

        server = await server.restart({ DURABILITY: round % 2 === 0 ? 'strict' : 'process' })
        const found = await relations(openRequests(server.url), projectId)
        const isThere = found.ids.length === 1
        const what = `round ${round}, ${before === undefined ? 'made' : 'deleted'}, ${isDone ? 'acknowledged' : 'unknown'}`
        expect(found, what).toEqual(
          isThere
            ? { ids: found.named, named: found.ids, sizes: [tasks], tasksWithout: 0 }
            : { ids: [], named: [], sizes: [], tasksWithout: tasks },
        )
        if (isDone) expect(isThere, what).toBe(before === undefined)
        sessionId = found.ids[0]
      }
    } finally {
      await server.stop()
    }
  },
  60_000 + rounds * 20_000,
)
