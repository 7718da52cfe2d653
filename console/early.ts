/**
 * A script of its own, so small that it runs while the browser still reads the page's others: it asks for what every view
 * begins with. First for the number of the last event, then for the lists, which must not be older than it.
 */
import { serverUrl, tokenKey } from './place'
import { livingStatuses } from './state/entities'

const token = sessionStorage.getItem(tokenKey)
const authorization = token === null ? undefined : `Bearer ${token}`
const answers = new Map<string, Promise<Response>>()
globalThis.askedEarly = { authorization, answers }

const ask = (path: string): Promise<Response> => {
  const url = serverUrl + path
  const answer = fetch(url, { headers: authorization === undefined ? {} : { Authorization: authorization } })
  // Whoever takes it is told of its failure.
  answer.catch(() => undefined)
  answers.set(url, answer)
  return answer
}

ask('/health?verbose=1').then(
  ({ ok }) => {
    if (!ok) return
    // The long one first.
    for (const status of livingStatuses.toReversed()) void ask(`/api/sessions?status=${status}`)
    for (const path of ['/api/tasks?sessionStatus=needs_input', '/api/projects', '/api/inbox']) void ask(path)
  },
  () => undefined,
)
