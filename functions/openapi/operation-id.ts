import * as z from 'zod'
import type { Definition } from '../http/operation'

const verbs: Record<string, string> = { GET: 'get', PUT: 'update', PATCH: 'update', DELETE: 'delete' }

/** What one posts to an entity to add to it; any other word there is something to do. */
const additions: readonly string[] = ['events', 'timeline', 'requests', 'messages']

/**
 * The name of an operation in the reference, worked out from method and path, for programs that make clients of it:
 * `POST /api/tasks` is `createTask`, `GET /api/tasks/:id/children` is `listTaskChildren`,
 * `POST /api/sessions/:id/queue/start` is `startSessionQueue`.
 */
export const operationId = ({ method, path, answers }: Definition): string => {
  const words = path.split(/[/.]/).filter((word) => word !== '' && word !== 'api')
  const last = words.at(-1) ?? ''
  const isAction = method === 'POST' && words.length > 1 && !last.startsWith(':') && !additions.includes(last)
  const named = isAction ? words.slice(0, -1) : words
  const isOne = method === 'POST'
  const noun = named
    .filter((word) => !word.startsWith(':'))
    .map((word, index, all) =>
      named[named.indexOf(word) + 1]?.startsWith(':') || (isOne && index === all.length - 1)
        ? singular(word)
        : word,
    )
    .map(capitalised)
    .join('')
  const isList = answers.schema instanceof z.ZodArray
  return (isAction ? camelCased(last) : isList ? 'list' : verbOf(method, words)) + noun
}

const verbOf = (method: string, words: readonly string[]) =>
  verbs[method] ?? (words.length === 1 ? 'create' : 'add')

const singular = (word: string) => word.replace(/s$/, '')

const camelCased = (word: string) => word.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

const capitalised = (word: string) =>
  word.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
