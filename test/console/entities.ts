// Entities as the server sends them, for tests that need no server.
import type { InboxRequest, Session, Task } from '../../functions/client/client'

export const task = (id: string, fields: Partial<Task> = {}): Task => ({
  id,
  projectId: 'proj_1',
  parentId: null,
  title: `Title of ${id}`,
  description: '',
  status: 'todo',
  priority: 'medium',
  createdAt: 1000,
  updatedAt: 1000,
  startedAt: null,
  completedAt: null,
  initialPrompt: '',
  sessionIds: [],
  skillIds: [],
  agentIds: [],
  dependencies: [],
  ...fields,
})

export const session = (id: string, fields: Partial<Session> = {}): Session => ({
  id,
  projectId: 'proj_1',
  taskIds: [],
  name: `Name of ${id}`,
  env: { SECRET: 'x' },
  strategy: 'simple',
  status: 'working',
  startedAt: 1000,
  lastActivity: 1000,
  completedAt: null,
  hostname: 'here',
  platform: 'linux',
  events: [],
  timeline: [],
  metadata: null,
  parentSessionId: null,
  ...fields,
})

export const entry = (id: string, message?: string): Session['timeline'][number] => ({
  id,
  type: 'progress',
  timestamp: 1000,
  ...(message !== undefined && { message }),
})

export const request = (id: string, fields: Partial<InboxRequest> = {}): InboxRequest => ({
  id,
  sessionId: 'sess_1',
  projectId: 'proj_1',
  kind: 'approval',
  title: `Title of ${id}`,
  options: [],
  state: 'open',
  createdAt: 1000,
  updatedAt: 1000,
  ...fields,
})
