// The demo over ACP does nothing, does what it may not, or is not what `drive: acp` starts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chooseDrive } from '../../local-dev/agents/drive'
import { program } from '../cli/maestro'
import { createDriven } from './driven'

let driven: Awaited<ReturnType<typeof createDriven>>
beforeAll(async () => {
  driven = await createDriven()
})
afterAll(() => driven.stop())

const demo = [process.execPath, program, 'demo-agent']
const command = [...demo, '--acp']
const lines = () => readFileSync(join(driven.directory, 'MAESTRO_DEMO.md'), 'utf8')

it.concurrent.each(['simple', 'queue', 'tree'])(
  'does its task, of strategy %s, and tells what it does',
  async (strategy) => {
    const agent = await driven.drive({}, { command, fields: { strategy } })
    expect((await agent.ended).status).toBe('completed')
    expect(lines().trimEnd().split('\n').at(-1)).toBe('- Work')
    expect((await driven.client.tasks.get(agent.taskId)).sessionStatus).toBe('completed')
    const { timeline } = await driven.client.sessions.get(agent.id)
    expect(timeline.filter(({ metadata }) => metadata?.kind === 'edit')).toMatchObject([
      { message: 'Write into MAESTRO_DEMO.md', metadata: { status: 'completed' } },
    ])
  },
)

it('asks before it writes where it must, and writes nothing that it may not', async () => {
  const before = lines()
  const agent = await driven.drive({}, { command, fields: { permissionMode: 'default' } })
  const request = await agent.request()
  expect(request).toMatchObject({ kind: 'approval', title: 'Write into MAESTRO_DEMO.md' })
  await agent.answer(request, 'reject_once')
  await agent.ended
  expect(lines()).toBe(before)
  expect((await driven.client.tasks.get(agent.taskId)).sessionStatus).toBe('blocked')
})

it.concurrent('is driven over ACP where that is asked for, and else in a terminal', async () => {
  const choose = (drive: 'acp' | 'terminal' | undefined) =>
    chooseDrive({ drive, named: 'demo', cwd: '/', env: { PATH: '' }, demo })
  expect(await choose('acp')).toMatchObject({ name: 'demo', command })
  expect(await choose('terminal')).toBeUndefined()
  expect(await choose(undefined)).toBeUndefined()
})
