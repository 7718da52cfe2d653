import type { ManifestTask, RelatedTask, SessionManifest } from '../../schemas/manifest'
import type { Task } from '../../schemas/task'
import type { Reader } from './find'
import { fillPlaceholders, listTasks } from './placeholders'
import type { SpawnPlan } from './spawn'
import { builtInText } from './templates'

/** The manifest of a planned session, from what is stored. `skillsText` is its skills, formatted. */
export const makeManifest = (reader: Reader, plan: SpawnPlan, skillsText: string): SessionManifest => {
  const { request, project, tasks, template, sessionId, role, strategy } = plan
  const relatedTasks = relatedTo(reader, tasks)
  const text = template?.content ?? builtInText[role]
  return {
    manifestVersion: '1.0',
    role,
    strategy,
    project: { id: project.id, name: project.name, workingDir: project.workingDir },
    tasks: tasks.map(describeTask),
    skills: request.skills ?? [],
    session: {
      model: request.model ?? tasks[0]?.model ?? 'sonnet',
      permissionMode: 'acceptEdits',
      thinkingMode: 'auto',
      workingDirectory: project.workingDir,
    },
    context: {
      custom: { taskIds: tasks.map((task) => task.id), ...request.context },
      ...(relatedTasks.length > 0 && { relatedTasks }),
    },
    ...(template && { templateId: template.id }),
    systemPrompt: fillPlaceholders(text, {
      PROJECT_NAME: project.name,
      PROJECT_DIR: project.workingDir,
      TASK_COUNT: String(tasks.length),
      STRATEGY: strategy,
      SESSION_ID: sessionId,
      ROLE: role,
      TASKS: listTasks(tasks),
      SKILLS: skillsText,
    }),
  }
}

const describeTask = (task: Task): ManifestTask => ({
  id: task.id,
  title: task.title,
  description: task.description,
  parentId: task.parentId,
  acceptanceCriteria: criteriaOf(task),
  dependencies: task.dependencies,
  priority: task.priority,
  projectId: task.projectId,
  createdAt: new Date(task.createdAt).toISOString(),
  ...(task.initialPrompt !== '' && { metadata: { initialPrompt: task.initialPrompt } }),
})

/** A task's acceptance criteria: never none. */
export const criteriaOf = ({ acceptanceCriteria = [] }: Task): string[] =>
  acceptanceCriteria.length > 0 ? acceptanceCriteria : ['Task completed as described']

/** Tasks that these wait for, that wait for these, and their parents and children: each once, by the first. */
const relatedTo = (reader: Reader, tasks: readonly Task[]): RelatedTask[] => {
  const own = new Set(tasks.map((task) => task.id))
  const related = new Map<string, RelatedTask>()
  const add = (task: Task | undefined, relationship: RelatedTask['relationship']) => {
    if (task && !own.has(task.id) && !related.has(task.id))
      related.set(task.id, { id: task.id, title: task.title, status: task.status, relationship })
  }
  for (const task of tasks) {
    for (const dependency of task.dependencies) add(reader.get('tasks', dependency), 'depends_on')
    for (const waiting of reader.list('tasks', { dependencies: task.id })) add(waiting, 'blocks')
    if (task.parentId !== null) add(reader.get('tasks', task.parentId), 'related_to')
    for (const child of reader.list('tasks', { parentId: task.id })) add(child, 'related_to')
  }
  return [...related.values()]
}
