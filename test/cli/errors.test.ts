// A script goes by the exit code of `maestro`, and goes on where it should have stopped.
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const server = await startInProcess({ MAESTRO_API_TOKEN: 'secret' })
afterAll(() => server.stop())
const environment = {
  MAESTRO_SERVER_URL: server.url,
  MAESTRO_API_TOKEN: 'secret',
  MAESTRO_SESSION_ID: 'sess_none',
}
const { run, text } = maestroInProcess(environment)
const oneLine = (text: string) => expect.stringMatching(new RegExp(`^maestro[^\n]*: [^\n]*${text}[^\n]*\n$`))

it.each([
  [['project', 'show', 'proj_none'], 'Project not found: proj_none'],
  [['project', 'update', 'proj_none', '--name', 'x'], 'Project not found'],
  [['task', 'show', 'task_none'], 'Task not found'],
  [['task', 'show', ''], 'Task not found'],
  [['task', 'show', '../projects'], 'Task not found'],
  [['task', 'delete', 'task_none'], 'Task not found: task_none'],
  [['task', 'create', '--title', 'x', '--project-id', 'proj_none'], 'Project not found'],
  [['task', 'create', '--title', 'x', '--parent-id', 'task_none'], 'Task not found'],
  [['session', 'show', 'sess_none'], 'Session not found'],
  [['session', 'spawn', '--project-id', 'proj_none', '--task-ids', 'task_none'], 'Project not found'],
  [['session', 'complete'], 'Session not found'],
  [['report', 'progress', 'x'], 'Session not found: sess_none'],
  [['queue', 'start'], 'Session not found'],
  [['whoami'], 'Session not found'],
  [['template', 'show', 'tmpl_none'], 'Template not found'],
  [['skill', 'show', 'none'], 'Skill not found: none'],
])('%j: there is none, 2', async (args, message) => {
  expect(await run([...args, '--json'])).toEqual({ code: 2, stdout: '', stderr: oneLine(message) })
})

it.each([
  [['task', 'list'], 'http://127.0.0.1:1'],
  [['report', 'progress', 'x', '--task', 'task_1'], 'http://127.0.0.1:1'],
  [['status'], 'http://nowhere.invalid'],
  [['events'], 'http://127.0.0.1:1'],
  [['export', 'http://127.0.0.1:1', join(tmpdir(), 'maestro-never.ndjson')], 'http://127.0.0.1:1'],
])('%j: a server that cannot be reached, 3', async (args, url) => {
  const ended = await run(args, { env: { MAESTRO_SERVER_URL: url } })
  expect(ended).toEqual({
    code: 3,
    stdout: '',
    stderr: oneLine(`Cannot reach the Maestro server at ${url}: .+"maestro serve" starts`),
  })
})

it('a proxy whose server is away is no reachable server either, 3; any other web server has failed, 1', async () => {
  let status = 502
  const other = createServer((_request, response) => response.writeHead(status).end('<html></html>'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const env = { MAESTRO_SERVER_URL: `http://127.0.0.1:${port}` }
  expect(await run(['task', 'list'], { env })).toMatchObject({ code: 3, stderr: oneLine('status 502') })
  for (status of [200, 404])
    expect(await run(['task', 'list'], { env })).toMatchObject({
      code: 1,
      stderr: oneLine('is the URL right'),
    })
})

it('export asks again where a connection was cut, once', async () => {
  let cuts = 1
  const other = createServer((request, response) =>
    cuts-- > 0 ? request.socket.destroy() : response.end('a line\n'),
  )
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void other.close())
  const address = other.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`
  const file = join(mkdtempSync(join(tmpdir(), 'maestro-export-')), 'all.ndjson')
  expect(await run(['export', url, file])).toMatchObject({ code: 0 })
  cuts = 2
  expect(await run(['export', url, file])).toMatchObject({ code: 3, stderr: oneLine('Cannot reach') })
})

it.each([[{ MAESTRO_API_TOKEN: 'wrong' }], [{ MAESTRO_API_TOKEN: '' }]])(
  '%j: not allowed, 4',
  async (env) => {
    for (const args of [['task', 'list'], ['status'], ['events', '--follow'], ['queue', 'start']])
      expect(await run(args, { env })).toEqual({ code: 4, stdout: '', stderr: oneLine('MAESTRO_API_TOKEN') })
  },
)

describe('wrong usage, 64', () => {
  it.each([
    [['nothing'], 'There is no command "nothing"'],
    [['constructor'], 'There is no command "constructor"'],
    [['task'], 'maestro task needs one of: create, list'],
    [['task', 'toString'], 'maestro task needs one of'],
    [['task', 'show'], 'ID'],
    [['task', 'show', 'a', 'b'], '"b" is one argument too many'],
    [['task', 'list', '--projectid', 'x'], 'There is no flag --projectid'],
    [['task', 'list', '-x'], 'There is no flag -x'],
    [['task', 'list', '--project-id'], '--project-id needs a value'],
    [['task', 'list', '--project-id', '--status', 'todo'], '--project-id has the value --status'],
    [['task', 'list', '--status', 'todo', '--status', 'done'], '--status is given twice'],
    [['task', 'create'], '--title is required'],
    [['task', 'create', '--title', 'x', '--priority', 'urgent'], '--priority must be one of'],
    [['task', 'create', '--title', 'x', '--due-date', 'soon'], '--due-date must be a date'],
    [['task', 'update', 'task_1'], 'Nothing to change'],
    [['session', 'spawn', '--task-ids', 'a', '--context', '{'], '--context must be a JSON object'],
    [['session', 'spawn', '--task-ids', 'a', '--context', '[]'], '--context must be an object'],
    [['session', 'spawn', '--task-ids', ','], '--task-ids'],
    [['report', 'bogus', 'x'], 'needs one of: progress, complete, blocked, needs-input, error'],
    [
      ['session', 'spawn', '--task-ids', 'a', '--budget-usd', 'much'],
      '--budget-usd must be a number above 0',
    ],
    [['run', '--budget-minutes', '0'], '--budget-minutes must be a number above 0'],
    [['run', '--agent-acp', ' '], '--agent-acp must begin with a program'],
    [['run', '--agent-acp', "a 'b"], '--agent-acp cannot be read'],
    [['run', '--permissions', '/nowhere.json'], '--permissions: there is no file /nowhere.json'],
    [['run', '--trust-agent', 'one,,two'], '--trust-agent must be names of agents'],
    [['run', '--stall-after', '0'], '--stall-after must be a number of minutes above 0'],
    [['run', '--drive', 'car'], '--drive must be one of acp, terminal'],
    [['events', '--since', 'yesterday'], '--since must be the number of an event'],
    [['queue', 'complete', 'task_1'], '"task_1" is one argument too many'],
    [['api', 'listTasks', '--if-match', '"a"'], 'takes no --if-match'],
    [['api', 'getTask', '--param', 'id=task_1', '--body', '{}'], 'takes no --body'],
  ])('%j', async (args, message) => {
    expect(await run(args)).toEqual({ code: 64, stdout: '', stderr: oneLine(message) })
  })

  it.each(['queue start', 'whoami', 'report progress x', 'session complete', 'session show'])(
    '%s outside of a session',
    async (line) => {
      const ended = await run(line.split(' '), { env: { MAESTRO_SESSION_ID: '' } })
      expect(ended).toEqual({ code: 64, stdout: '', stderr: oneLine('MAESTRO_SESSION_ID') })
    },
  )

  it('a URL that is none', async () => {
    const ended = await run(['task', 'list'], { env: { MAESTRO_SERVER_URL: 'localhost:3000' } })
    expect(ended).toEqual({ code: 64, stdout: '', stderr: oneLine('MAESTRO_SERVER_URL') })
  })
})

it('a request that the rules forbid has failed, 1, and all that is wrong is said', async () => {
  const [, id = ''] = /(proj_\w+)/.exec(await text(['project', 'create', '--name', 'x'])) ?? []
  await text(['task', 'create', '--title', 'x', '--project-id', id])
  const ended = await run(['project', 'delete', id])
  expect(ended).toEqual({ code: 1, stdout: '', stderr: oneLine('Cannot delete project with 1 existing') })
})

it('a server that is older than the command is named, with its version; a runner does not wait for it', async () => {
  const known = new Map<string, unknown>([
    ['GET /health', { status: 'ok' }],
    ['GET /health?verbose=1', { status: 'ok', version: '0.0.9' }],
    ['GET /api/sessions/sess_1', { id: 'sess_1', status: 'working' }],
  ])
  const old = createServer(({ method, url }, response) => {
    const answer = known.get(`${method} ${url}`)
    const refused = { error: true, code: 'NOT_FOUND', message: `Not found: ${method} ${url}` }
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(answer ?? refused))
  })
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void old.close())
  const address = old.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const env = { MAESTRO_SERVER_URL: `http://127.0.0.1:${port}` }
  for (const args of [
    ['run', '--agent', 'demo'],
    ['session', 'stop', 'sess_1'],
    ['session', 'logs', 'sess_1'],
    ['session', 'restart', 'sess_1'],
    ['inbox'],
    ['inbox', '--watch'],
    ['answer', 'req_1', 'yes'],
    ['tell', 'sess_1', 'x'],
  ])
    expect(await run(args, { env })).toEqual({
      code: 1,
      stdout: '',
      stderr: oneLine('is version 0.0.9, which does not know this request'),
    })
})
