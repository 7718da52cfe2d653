// A workspace with agents that claim tasks, for the tests of the rules about claims.
import { expect } from 'vitest'
import type { EndSessionRequest } from '../../schemas/ending'
import { claimNext, claimTask, releaseTask } from '../../storage/rules/claims'
import { endSession } from '../../storage/rules/endings'
import { start } from './start'

export const setUp = async () => {
  const world = await start()
  const { change, get } = world
  const claim = (taskId: string, sessionId: string) => change((tx) => claimTask(tx, taskId, sessionId))
  const end = (id: string, body: EndSessionRequest) => change((tx) => endSession(tx, id, body))
  return {
    ...world,
    claim,
    end,
    lose: (id: string) => end(id, { cause: 'lost' }),
    next: (sessionId: string, scope = {}) => change((tx) => claimNext(tx, sessionId, scope)),
    release: (taskId: string, sessionId: string, body = {}) =>
      change((tx) => releaseTask(tx, taskId, body, sessionId)),
    taskOf: (id: string) => get('tasks', id),
    agent: (taskIds: string[] = []) => world.session(taskIds, { strategy: 'tree', status: 'working' }),
    inbox: () => world.workspace.read((documents) => documents.list('requests').map((one) => one.read())),
  }
}

/** What a refused change is rejected with. */
export const refused = (code: string, details: object = {}) => ({
  code,
  details: expect.objectContaining(details),
})
