import { apiError } from '../../schemas/errors'
import type { Reader } from './find'

/** Refuses a parent that does not exist, is of another project, or is the task itself or below it. */
export const checkParent = (
  reader: Reader,
  task: { id: string; projectId: string },
  parentId: string,
): void => {
  const parent = reader.get('tasks', parentId)
  if (!parent) throw apiError('TASK_NOT_FOUND', 'Parent task not found', { taskId: parentId })
  if (parent.projectId !== task.projectId)
    throw apiError(
      'BUSINESS_RULE_ERROR',
      `The parent task must be in the same project, ${task.projectId}: choose another parent`,
      { taskId: parentId },
    )
  const seen = new Set<string>()
  for (let ancestor: string | null = parentId; ancestor !== null && !seen.has(ancestor); ) {
    if (ancestor === task.id)
      throw apiError('BUSINESS_RULE_ERROR', 'A task cannot be below itself: choose another parent', {
        taskId: parentId,
      })
    seen.add(ancestor)
    ancestor = reader.get('tasks', ancestor)?.parentId ?? null
  }
}

/** Refuses dependencies that do not exist, or through which the task would wait for itself. */
export const checkDependencies = (reader: Reader, taskId: string, dependencies: readonly string[]): void => {
  for (const dependency of dependencies)
    if (!reader.get('tasks', dependency))
      throw apiError('TASK_NOT_FOUND', 'Dependency not found', { taskId: dependency })
  for (const dependency of dependencies)
    if (waitsFor(reader, dependency, taskId))
      throw apiError(
        'BUSINESS_RULE_ERROR',
        `A task cannot wait for itself: with ${dependency} the dependencies form a cycle. Leave that out`,
        { taskId: dependency },
      )
}

/** Whether one task is another, or waits for it, through any number of others. */
const waitsFor = (reader: Reader, taskId: string, other: string): boolean => {
  const seen = new Set<string>()
  const open = [taskId]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === other) return true
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(reader.get('tasks', next)?.dependencies ?? []))
  }
  return false
}
