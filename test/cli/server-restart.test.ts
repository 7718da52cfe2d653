// The server is started again while somebody watches, and they see nothing more, and do not know it.
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../functions/client/client'
import { startServer } from '../contract/server'
import { maestroInProcess } from './in-process'

it('inbox --watch, logs -f and wait go on after a restart of the server', async () => {
  const server = await startServer()
  const client = createClient({ url: server.url })
  const project = await client.projects.create({ name: 'app' })
  const { id } = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
  const answered = await client.requests.create(id, { kind: 'question', title: 'The first?' })
  const log = join(server.sessionDir, id, 'output.log')
  mkdirSync(join(server.sessionDir, id), { recursive: true })
  appendFileSync(log, 'before\n')

  const maestro = maestroInProcess({ MAESTRO_SERVER_URL: server.url })
  const [inbox, logs, wait] = [
    maestro.start(['inbox', '--watch']),
    maestro.start(['session', 'logs', id, '-f']),
    maestro.start(['session', 'wait', id]),
  ]
  onTestFinished(() => void [inbox, logs, wait].map(({ stop }) => stop()))
  await Promise.all([inbox.printed('The first?'), logs.printed('before'), wait.printed('waiting for')])
  await server.terminate()
  await Promise.all([inbox, logs, wait].map(({ printed }) => printed('trying again')))
  appendFileSync(log, 'meanwhile\n')
  const again = await server.restart()
  onTestFinished(() => void again.stop())
  await client.requests.answer(answered.id, { text: 'Yes' })
  await client.requests.create(id, { kind: 'question', title: 'The second?' })
  await Promise.all([
    inbox.printed(`${answered.id}  answered by user`),
    inbox.printed('The second?'),
    logs.printed('meanwhile'),
    wait.printed('The second?'),
  ])
  await client.sessions.end(id, { cause: 'reported' })
  expect(await wait.ended).toMatchObject({ code: 0 })
  expect(await logs.ended).toMatchObject({ code: 0, stdout: 'before\nmeanwhile\n' })
  const { stderr } = await inbox.stop()
  expect(stderr).toContain('connected again')
})
