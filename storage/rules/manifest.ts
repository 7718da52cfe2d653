import type { RelatedTask, SessionManifest } from '../../schemas/manifest'
import type { Task } from '../../schemas/task'
import type { Reader } from './find'
import { fillPlaceholders, listTasks } from './placeholders'
import type { SpawnPlan } from './spawn'
import { builtInText } from './templates'

/** The manifest of a planned session, from what is stored. `skillsText` is its skills, formatted. */
export const makeManifest = (reader: Reader, plan: SpawnPlan, skillsText: string): SessionManifest => {
  const { request, project, template, sessionId, role, strategy } = plan
  const tasks = plan.tasks.map(describeTask)
  const relatedTasks = relatedTo(reader, plan.tasks)
  return {
    manifestVersion: '1.0',
    role,
    strategy,
    project: { id: project.id, name: project.name, workingDir: project.workingDir },
    tasks,
    skills: request.skills ?? [],
    session: {
      model: 'sonnet',
      permissionMode: 'acceptEdits',
      ...plan.chosen,
      thinkingMode: 'auto',
      workingDirectory: project.workingDir,
    },
    context: {
      custom: { taskIds: tasks.map((task) => task.id), ...request.context },
      ...(relatedTasks.length > 0 && { relatedTasks }),
    },
    ...(template && { templateId: template.id }),
    systemPrompt: fillPlaceholders(template?.content ?? builtInText[role], {
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

const describeTask = (task: Task) => ({
  id: task.id,
  title: task.title,
  description: task.description,
  parentId: task.parentId,
  acceptanceCriteria: task.acceptanceCriteria?.length
    ? task.acceptanceCriteria
    : ['Task completed as described'],
  dependencies: task.dependencies,
  priority: task.priority,
  projectId: task.projectId,
  createdAt: new Date(task.createdAt).toISOString(),
  ...(task.initialPrompt !== '' && { metadata: { initialPrompt: task.initialPrompt } }),
})

/**
 * The tasks around those of a session, each once. One with several relationships has the most important: that
 * they wait for it, then that it waits for them, then that it is a parent or child.
 */
const relatedTo = (reader: Reader, tasks: readonly Task[]): RelatedTask[] => {
  const own = new Set(tasks.map((task) => task.id))
  const related = new Map<string, RelatedTask>()
  const add = (relationship: RelatedTask['relationship'], id: string | null) => {
    if (id === null || own.has(id) || related.has(id)) return
    const task = reader.get('tasks', id)
    if (task) related.set(id, { id, title: task.title, status: task.status, relationship })
  }

  for (const { dependencies } of tasks) for (const id of dependencies) add('depends_on', id)
  for (const task of tasks)
    for (const { id } of reader.list('tasks', { dependencies: task.id })) add('blocks', id)
  for (const task of tasks) {
    add('related_to', task.parentId)
    for (const { id } of reader.list('tasks', { parentId: task.id })) add('related_to', id)
  }
  return [...related.values()]
}
