import { apiError } from '../../schemas/errors'
import type { Task } from '../../schemas/task'

/**
 * A template may say each value once, however long that is; what it says again is at most so many characters. A template of
 * 256 KiB could else name the list of tasks 29,000 times.
 */
const maxRepeatedChars = 1_048_576

/**
 * Replaces `{{NAME}}` in one pass; an unknown name stays as it is, and so does what the values hold. Throws
 * `VALIDATION_ERROR` if that repeats too much.
 */
export const fillPlaceholders = (text: string, values: Readonly<Record<string, string>>): string => {
  const used = new Set<string>()
  let repeatedChars = 0
  return text.replace(/\{\{([A-Z_]+)\}\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder
    if (used.has(name)) repeatedChars += value.length
    used.add(name)
    if (repeatedChars > maxRepeatedChars) throw repeatsTooMuch(placeholder)
    return value
  })
}

const repeatsTooMuch = (placeholder: string) =>
  apiError(
    'VALIDATION_ERROR',
    `The template repeats more than ${maxRepeatedChars} characters, ${placeholder} among them: name it once`,
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
