// Somebody watches an agent that waits for them, and does not know what it asks, or how it is answered.
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { startApp } from './app'

const { server, client, maestro, project } = await startApp()
afterAll(() => server.stop())

const hint = '"maestro inbox" shows what it asks'

const watched = async (...flags: string[]) => {
  const { id } = await client.sessions.create({ projectId: project.id, taskIds: [], status: 'working' })
  const watch = maestro.start(['session', 'watch', id, ...flags])
  onTestFinished(() => void watch.stop())
  const ask = (title: string) => client.requests.create(id, { kind: 'question', title })
  const printed = async (message: string) => {
    await client.sessions.addTimeline(id, { type: 'progress', message })
    await watch.printed(message)
  }
  return { watch, ask, printed, hints: () => watch.lines.filter((line) => line.includes(hint)) }
}

it('is told where it is answered, once for each time that it waits', async () => {
  const { ask, printed, hints } = await watched()
  const first = await ask('Which colour?')
  await printed('still waiting')
  expect(hints()).toHaveLength(1)
  await client.requests.answer(first.id, { text: 'Blue', by: 'Ada' })
  await printed('goes on')
  await ask('And which size?')
  await printed('waits again')
  expect(hints()).toHaveLength(2)
})

it('a program reads entries and nothing else', async () => {
  const { ask, printed, hints, watch } = await watched('--json')
  await ask('Which colour?')
  await printed('still waiting')
  expect(hints()).toEqual([])
  for (const line of watch.lines) expect(JSON.parse(line)).toHaveProperty('type')
})
