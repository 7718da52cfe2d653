import type { Project, Task } from '../../../functions/client/client'
import { details, sentence, table, time } from '../format'
import { projectColumn } from '../project/column'

export const taskTable = (tasks: readonly Task[], projects: readonly Project[] = []): string => {
  const { heading, cell } = projectColumn(tasks, projects)
  return table(
    ['ID', 'STATUS', 'SESSION SAYS', 'PRIORITY', ...heading, 'TITLE'],
    tasks.map((task) => [
      task.id,
      task.status,
      task.sessionStatus ?? '-',
      task.priority,
      ...cell(task),
      task.title,
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
    'claimed by':
      task.claim && `${task.claim.sessionId} since ${time(task.claim.since)} (epoch ${task.claim.epoch})`,
    'lost sessions': task.attempts,
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
