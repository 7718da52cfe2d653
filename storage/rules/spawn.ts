import type { Chosen } from '../../schemas/agent'
import { apiError } from '../../schemas/errors'
import type { SessionManifest } from '../../schemas/manifest'
import type { Project } from '../../schemas/project'
import type { Session, Strategy } from '../../schemas/session'
import type { SpawnEvent, SpawnSessionRequest } from '../../schemas/spawn'
import type { Task } from '../../schemas/task'
import type { Role, Template } from '../../schemas/template'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { takeBudget } from './budgets'
import type { Reader } from './find'
import { linkNewSession, type Machine } from './sessions'
import { templateForSpawn } from './templates'
import { timelineEntry } from './timeline'

/** A spawn whose request has been checked: everything that its manifest is made from. */
export interface SpawnPlan {
  request: SpawnSessionRequest
  sessionId: string
  role: Role
  strategy: Strategy
  project: Project
  tasks: Task[]
  /** How its agent is to work, as far as somebody chose it. */
  chosen: Chosen
  template: Template | undefined
}

/** Looks up what a spawn names; `granted`: in place of what it asks for. Throws for what is not there, in the order of the contract. */
export const planSpawn = (
  reader: Reader,
  request: SpawnSessionRequest,
  sessionId: string,
  granted: Chosen = {},
): SpawnPlan => {
  const role = request.role ?? 'worker'
  const { tasks, project } = requireNamed(reader, request)
  return {
    request,
    sessionId,
    role,
    strategy: request.strategy ?? 'simple',
    project,
    tasks,
    chosen: chosenBy(request, tasks, granted),
    template: templateForSpawn(reader, role, request.templateId),
  }
}

/** What must be there for a spawn: it may be deleted between its plan and its session. */
const requireNamed = (
  reader: Reader,
  { taskIds, projectId, sessionId }: SpawnSessionRequest,
): Pick<SpawnPlan, 'tasks' | 'project'> => {
  const tasks = taskIds.map((taskId) => {
    const task = reader.get('tasks', taskId)
    if (!task) throw apiError('task_not_found', `Task ${taskId} not found`, { taskId })
    return task
  })
  const project = reader.get('projects', projectId)
  if (!project) throw apiError('project_not_found', `Project ${projectId} not found`)
  if (sessionId !== undefined && !reader.get('sessions', sessionId))
    throw apiError('parent_session_not_found', `Parent session ${sessionId} not found`)
  return { tasks, project }
}

/** How the agent is to work: as the request says, and its model as the first task does. */
export const chosenBy = (
  request: SpawnSessionRequest,
  tasks: readonly Task[],
  granted: Chosen = {},
): Chosen => {
  const { agent, permissionMode, drive, worktree, budget, model = tasks[0]?.model } = request
  return {
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    ...(permissionMode !== undefined && { permissionMode }),
    ...(drive !== undefined && { drive }),
    ...(worktree !== undefined && { worktree }),
    ...(budget !== undefined && { budget }),
    ...granted,
  }
}

/** The values for a spawned session's environment variables. */
export interface SpawnEnvironment {
  manifestPath: string
  serverUrl: string
}

/** The command to run for a role. */
export const commandOf = (role: Role): string => `maestro ${role} init`

/**
 * Creates the session of a plan, with its tasks and queue, and emits `session:spawn`, at which clients open a
 * terminal for it. What the plan names is looked up once more: it may have been deleted since.
 */
export function* spawnSession(
  tx: Transaction,
  { request, sessionId, role, strategy, project, chosen }: SpawnPlan,
  manifest: SessionManifest,
  environment: SpawnEnvironment,
  machine: Machine,
): Steps<Session> {
  requireNamed(tx, request)
  if (request.templateId !== undefined) templateForSpawn(tx, role, request.templateId)
  const spawnSource = request.spawnSource ?? 'ui'
  const envVars = environmentOf(sessionId, strategy, environment)
  const session: Session = {
    id: sessionId,
    projectId: project.id,
    taskIds: request.taskIds,
    name: request.sessionName || `${role === 'worker' ? 'Worker' : 'Orchestrator'} for ${request.taskIds[0]}`,
    env: envVars,
    strategy,
    status: 'spawning',
    startedAt: tx.now,
    lastActivity: tx.now,
    completedAt: null,
    run: tx.now,
    parentSessionId: request.sessionId ?? null,
    ...chosen,
    ...machine,
    events: [],
    timeline: [timelineEntry(tx, { type: 'session_started' })],
    metadata: {
      skills: request.skills ?? [],
      spawnedBy: request.sessionId ?? null,
      spawnSource,
      role,
      strategy,
      context: request.context ?? {},
    },
  }
  tx.put('sessions', session)
  emitSpawn(tx, session, { role, cwd: project.workingDir, envVars, manifest, spawnSource })
  yield* linkNewSession(tx, session)
  takeBudget(tx, chosen.budget)
  return session
}

/** What a spawned session's process finds in its environment. */
export const environmentOf = (
  sessionId: string,
  strategy: Strategy,
  { manifestPath, serverUrl }: SpawnEnvironment,
): Record<string, string> => ({
  MAESTRO_SESSION_ID: sessionId,
  MAESTRO_MANIFEST_PATH: manifestPath,
  MAESTRO_SERVER_URL: serverUrl,
  MAESTRO_STRATEGY: strategy,
})

/** Asks every client to open a terminal for a session. */
export const emitSpawn = (
  tx: Transaction,
  session: Session,
  { role, ...event }: Pick<SpawnEvent, 'cwd' | 'envVars' | 'manifest' | 'spawnSource'> & { role: Role },
): void => {
  const { projectId, taskIds, parentSessionId, agent, model, permissionMode, drive, worktree, budget } =
    session
  tx.emitData('session:spawn', {
    session,
    command: commandOf(role),
    ...event,
    projectId,
    taskIds,
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    ...(permissionMode !== undefined && { permissionMode }),
    ...(drive !== undefined && { drive }),
    ...(worktree !== undefined && { worktree }),
    ...(budget !== undefined && { budget }),
    parentSessionId,
    _isSpawnCreated: true,
  })
}
