import type { Task } from '../../schemas/task'

/** Replaces `{{NAME}}` in one pass; an unknown name stays as it is, and so does what the values hold. */
export const fillPlaceholders = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{([A-Z_]+)\}\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder,
  )

type ListedTask = Pick<Task, 'id' | 'title' | 'description' | 'priority'> & {
  acceptanceCriteria: readonly string[]
}

/** Tasks as a Markdown list, with ids, descriptions and acceptance criteria. */
export const listTasks = (tasks: readonly ListedTask[]): string => tasks.map(describe).join('\n')

const describe = ({ id, title, description, priority, acceptanceCriteria }: ListedTask): string =>
  [
    `- **${inItem(title, 2)}** (\`${id}\`, priority ${priority})`,
    ...(description === '' ? [] : [`  ${inItem(description, 2)}`]),
    '  Acceptance criteria:',
    ...acceptanceCriteria.map((criterion) => `  - ${inItem(criterion, 4)}`),
  ].join('\n')

/** The further lines of a text are indented so far that they stay within their item of the list. */
const inItem = (text: string, spaces: number) => text.replace(/\n/g, `\n${' '.repeat(spaces)}`)
