import type { Project, Task } from '../../../functions/client/client'
import { details, sentence, table, time } from '../format'

/** With the name of each one's project, where they are of several. */
export const taskTable = (tasks: readonly Task[], projects: readonly Project[] = []): string => {
  const isMixed = tasks.some(({ projectId }) => projectId !== tasks[0]?.projectId)
  const nameOf = (projectId: string) => projects.find(({ id }) => id === projectId)?.name ?? projectId
  return table(
    ['ID', 'STATUS', 'SESSION SAYS', 'PRIORITY', ...(isMixed ? ['PROJECT'] : []), 'TITLE'],
    tasks.map(({ id, status, sessionStatus, priority, projectId, title }) => [
      id,
      status,
      sessionStatus ?? '-',
      priority,
      ...(isMixed ? [nameOf(projectId)] : []),
      title,
    ]),
    'No tasks',
  )
}

export const taskDetails = (task: Task): string =>
  details({
    task: task.id,
    title: task.title,
    status: task.status,
    'session says': task.sessionStatus,
    priority: task.priority,
    project: task.projectId,
    parent: task.parentId,
    sessions: task.sessionIds,
    dependencies: task.dependencies,
    skills: task.skillIds,
    agents: task.agentIds,
    model: task.model,
    due: task.dueDate,
    elsewhere: task.externalId,
    created: time(task.createdAt),
    started: time(task.startedAt),
    completed: time(task.completedAt),
    description: task.description,
    criteria: task.acceptanceCriteria?.map((criterion) => `- ${criterion}`) ?? [],
    'initial prompt': task.initialPrompt,
  })

export const taskLine = (what: string, { id, title, status, sessionStatus }: Task): string =>
  sentence(`${what} ${id} (${[status, sessionStatus].filter(Boolean).join(', ')}): ${title}`)
