/** Bodies and headers that cost much to read. */
import { expecting, type Kind } from './kind'
import type { Target } from './target'

const body = (
  name: string,
  unit: string,
  base: number,
  text: (size: number, target: Target) => string,
  [method, path, status]: readonly [string, string, number] = ['POST', '/api/projects', 400],
): Kind => ({
  name,
  unit,
  base,
  prepare: async (target, size) => {
    const sent = text(size, target)
    return () => expecting(status, target.send(method, path, sent))
  },
})

const of = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join()

const toSessions = ['POST', '/api/sessions', 400] as const
const sessionWith = ({ projectId }: Target, rest: string) =>
  `{"projectId":"${projectId}","taskIds":[],${rest}}`

export const bodies: Kind[] = [
  body('cut off in a string full of \\"', 'bytes', 16_384, (size) => `{"name":"${'\\"'.repeat(size / 2)}`),
  body('brackets in a string, cut off', 'bytes', 16_384, (size) => `{"name":"${'[{\\"'.repeat(size / 4)}`),
  body('nested arrays', 'levels', 16_384, (size) => `{"name":${'['.repeat(size)}`),
  body('a number of many digits', 'digits', 32_768, (size) => `{"name":${'7'.repeat(size)}}`),
  body(
    'integers of 16 digits',
    'numbers',
    2500,
    (size) => `{"name":"x","n":[${of(size, (n) => `${1e15 + n}`)}]}`,
    ['POST', '/api/projects', 201],
  ),
  body(
    'half a surrogate, last',
    'bytes',
    32_768,
    (size) => `{"name":"${'\\ud83d\\ude00'.repeat(size / 12)}\\ud83d"}`,
  ),
  body(
    'wrong ids',
    'values',
    25_000,
    (size, { projectId }) => `{"projectId":"${projectId}","taskIds":[${of(size, () => '1')}]}`,
    toSessions,
  ),
  body(
    'wrong values of an environment',
    'values',
    4000,
    (size, target) => sessionWith(target, `"env":{${of(size, (n) => `"k${n}":1`)}}`),
    toSessions,
  ),
  body(
    'empty outcomes',
    'values',
    20_000,
    (size) => `{"cause":"reported","outcomes":[${of(size, () => '{}')}]}`,
    ['POST', '/api/sessions/none/end', 400],
  ),
  body('unknown fields', 'fields', 4000, (size) => `{"name":"x",${of(size, (n) => `"k${n}":1`)}}`, [
    'POST',
    '/api/projects',
    201,
  ]),
  body(
    'keys of metadata',
    'keys',
    4000,
    (size, target) => sessionWith(target, `"metadata":{${of(size, (n) => `"k${n}":1`)}}`),
    ['POST', '/api/sessions', 201],
  ),
  body(
    'a date of many digits',
    'bytes',
    32_768,
    (size, { projectId }) =>
      `{"projectId":"${projectId}","title":"t","dueDate":"${'2026-03-'.repeat(size / 8)}"}`,
    ['POST', '/api/tasks', 400],
  ),
  body('spaces around a name', 'bytes', 32_768, (size) => `{"name":"${' '.repeat(size)}"}`),
  {
    name: 'a body in chunks of one byte',
    unit: 'bytes',
    base: 65_536,
    prepare: async (target, size) => {
      const text = `{"name":"${'x'.repeat(size - 11)}"}`
      function* pieces() {
        yield `POST /api/projects HTTP/1.1\r\nHost: 127.0.0.1:${target.server.port}\r\nTransfer-Encoding: chunked\r\n\r\n`
        for (let at = 0; at < text.length; at += 2048)
          yield text.slice(at, at + 2048).replace(/./gs, '1\r\n$&\r\n')
        yield '0\r\n\r\n'
      }
      return () => target.sendRaw(pieces())
    },
  },
  {
    name: 'parameters of a query',
    unit: 'parameters',
    base: 100,
    prepare: async (target, size) => () =>
      expecting(
        200,
        target.send('GET', `/api/tasks?${Array.from({ length: size }, (_, n) => `k${n}=1`).join('&')}`),
      ),
  },
  {
    name: 'rooms of an event stream, wrong',
    unit: 'names',
    base: 80,
    prepare: async (target, size) => () =>
      expecting(400, target.send('GET', `/api/events?rooms=${of(size, (n) => `task:${n}`)},!`)),
  },
  {
    name: 'entity tags, cookies',
    unit: 'tags',
    base: 60,
    prepare: async (target, size) => {
      const [id] = await target.tasks(1)
      const tags = of(size, (n) => `"${n}"`)
      const cookies = Array.from({ length: size }, (_, n) => `c${n}=1`).join('; ')
      return () =>
        target.sendRaw([
          `GET /api/tasks/${id} HTTP/1.1\r\nHost: 127.0.0.1:${target.server.port}\r\nIf-None-Match: ${tags}\r\nCookie: ${cookies}\r\n\r\n`,
        ])
    },
  },
  {
    name: 'segments of a path',
    unit: 'segments',
    base: 100,
    prepare: async (target, size) => () => expecting(404, target.send('GET', `/api${'/tasks'.repeat(size)}`)),
  },
  {
    name: 'entries of a timeline',
    unit: 'entries',
    base: 600,
    prepare: async (target, size) => {
      const id = await target.session({})
      const timeline = Array.from({ length: size }, () => ({ type: 'progress', message: 'x' }))
      return () => expecting(200, target.send('PATCH', `/api/sessions/${id}`, { timeline }))
    },
  },
  {
    name: 'a template of placeholders, spawned',
    unit: 'placeholders',
    base: 400,
    prepare: async (target, size) => {
      const taskIds = await target.tasks(20, { description: 'd'.repeat(200) })
      const content = '{{TASKS}}'.repeat(size)
      const template = () => ({ name: 'n', role: 'worker', content })
      const [templateId] = await target.make(1, '/api/templates', template)
      return () =>
        target.send('POST', '/api/sessions/spawn', { projectId: target.projectId, taskIds, templateId })
    },
  },
]
