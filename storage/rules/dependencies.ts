import { apiError } from '../../schemas/errors'
import { valuesOf } from '../kinds/kind'
import type { Steps } from '../others-turn'
import type { Reader } from './find'

/** The task that gets a parent or dependencies. Of one that is being created nothing can be below, and none waits for it. */
interface Relative {
  id: string
  projectId: string
  isNew?: boolean
}

/** Refuses a parent that does not exist, is of another project, or is the task itself or below it. */
export const checkParent = (reader: Reader, task: Relative, parentId: string): void => {
  const parent = reader.fields('tasks', parentId)
  if (!parent) throw apiError('TASK_NOT_FOUND', 'Parent task not found', { taskId: parentId })
  if (parent.projectId !== task.projectId)
    throw apiError(
      'BUSINESS_RULE_ERROR',
      `The parent task must be in the same project, ${task.projectId}: choose another parent`,
      { taskId: parentId },
    )
  if (!task.isNew && isAtOrBelow(reader, parentId, task.id))
    throw apiError('BUSINESS_RULE_ERROR', 'A task cannot be below itself: choose another parent', {
      taskId: parentId,
    })
}

const isAtOrBelow = (reader: Reader, taskId: string, top: string): boolean => {
  if (taskId === top) return true
  if (reader.count('tasks', { parentId: top }) === 0) return false
  const seen = new Set<string>()
  for (let at = reader.fields('tasks', taskId)?.parentId; typeof at === 'string' && !seen.has(at); ) {
    if (at === top) return true
    seen.add(at)
    at = reader.fields('tasks', at)?.parentId
  }
  return false
}

/** Refuses dependencies that do not exist, or through which the task would wait for itself. */
export function* checkDependencies(
  reader: Reader,
  { id, isNew }: Pick<Relative, 'id' | 'isNew'>,
  dependencies: readonly string[],
): Steps {
  for (const dependency of dependencies)
    if (!reader.fields('tasks', dependency))
      throw apiError('TASK_NOT_FOUND', 'Dependency not found', { taskId: dependency })
  const cyclic = isNew ? undefined : yield* firstInCycle(reader, dependencies, id)
  if (cyclic !== undefined)
    throw apiError(
      'BUSINESS_RULE_ERROR',
      `A task cannot wait for itself: with ${cyclic} the dependencies form a cycle. Leave that out`,
      { taskId: cyclic },
    )
}

/** The first of some tasks that is another, or waits for it, through any number of others. Looks at each task once. */
function* firstInCycle(reader: Reader, taskIds: readonly string[], other: string): Steps<string | undefined> {
  if (!taskIds.includes(other) && reader.count('tasks', { dependencies: other }) === 0) return undefined
  const seen = new Set<string>()
  for (const taskId of taskIds) {
    const open = [taskId]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === other) return taskId
      if (seen.has(next)) continue
      seen.add(next)
      yield
      for (const dependency of valuesOf(reader.fields('tasks', next)?.dependencies))
        if (!seen.has(dependency)) open.push(dependency)
    }
  }
  return undefined
}
