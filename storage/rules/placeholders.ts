import type { Task } from '../../schemas/task'
import { criteriaOf } from './manifest'

/** Replaces `{{NAME}}` in one pass; an unknown name stays as it is, and so does what the values hold. */
export const fillPlaceholders = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{([A-Z_]+)\}\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder,
  )

/** Tasks as a Markdown list, with ids, descriptions and acceptance criteria. */
export const listTasks = (tasks: readonly Task[]): string => tasks.map(describe).join('\n')

const describe = (task: Task): string =>
  [
    `- **${task.title}** (\`${task.id}\`, priority ${task.priority})`,
    ...(task.description === '' ? [] : [indented(task.description)]),
    '  Acceptance criteria:',
    ...criteriaOf(task).map((criterion) => `  - ${criterion}`),
  ].join('\n')

const indented = (text: string) => text.replace(/^/gm, '  ')
