// What the tests of claims share: shapes, and the requests by which agents of one project take tasks and give them back.
import type { Api, Task } from './http'

export interface ClaimedTask extends Task {
  claim?: { sessionId: string; epoch: number; since: number }
  attempts?: number
}

export interface Waiting {
  task: { id: string; title: string }
  reasons: { kind: string; id?: string; message: string }[]
}

export const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id)

/** Those of the project whose id `projectId` gives. */
export const claimsOf = (api: Api, projectId: () => string) => ({
  task: (fields: object = {}) => api.task(projectId(), fields),
  agent: (taskIds: string[] = []) => api.session(projectId(), taskIds, { strategy: 'tree' }),
  claim: (id: string, sessionId: string) =>
    api.ok<ClaimedTask>('POST', `/api/tasks/${id}/claim`, { sessionId }),
  release: (id: string, body: object) => api.ok<ClaimedTask>('POST', `/api/tasks/${id}/release`, body),
  claimNext: (body: object) =>
    api.ok<{ task: ClaimedTask | null; waiting?: Waiting[] }>('POST', '/api/tasks/claim-next', body),
  ready: async (query = '') =>
    idsOf(await api.get<Task[]>(`/api/tasks/ready?projectId=${projectId()}${query}`)),
  blocked: (query = '') => api.get<Waiting[]>(`/api/tasks/blocked?projectId=${projectId()}${query}`),
})
