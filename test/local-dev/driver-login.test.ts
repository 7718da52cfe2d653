// An agent's login runs out, and its session fails, or waits for ever, or goes on without what it was told.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitUntil } from '../e2e/fixture'
import { createDriven, preset } from './driven'

let driven: Awaited<ReturnType<typeof createDriven>>
beforeAll(async () => {
  driven = await createDriven()
})
afterAll(() => driven.stop())

const file = (name: string) => join(driven.directory, name)
const until = (name: string) => ({ waitFor: { file: file(name) } })
const say = (name: string) => driven.say(name)

/** As agents say it: by code, in words alone, as a number among them. */
const expired = {
  byCode: { code: -32000, message: 'Authentication required' },
  inWords: { code: -32603, message: 'Internal error', data: { details: 'Your session has expired' } },
  byStatus: { code: -32603, message: 'API Error: status 401, run `other login` to sign in again' },
}

it.concurrent.each([
  ['in the middle of a turn', expired.inWords, 'scripted login'],
  ['with a number among words', expired.byStatus, 'other login'],
])('a login that runs out %s is asked about, and a new process goes on', async (_, error, command) => {
  const { client } = driven
  const agent = await driven.drive(
    { turns: [[{ text: 'I begin.' }, { error }], [until(command)]] },
    { preset },
  )
  const request = await agent.request()
  expect(request).toMatchObject({
    kind: 'question',
    title: expect.stringContaining(`Run "${command}" there`),
  })
  expect(request.detail).toContain(error.message)
  await agent.hasStatus('idle')
  expect((await client.tasks.get(agent.taskId)).sessionStatus).toBe('needs_input')
  await client.requests.answer(request.id, { text: 'Done' })
  await waitUntil('it goes on', () => agent.given('session/prompt').length === 2)
  await agent.hasStatus('working')
  expect(agent.methods().filter((method) => method === 'initialize')).toHaveLength(2)
  expect(agent.given('session/load')).toHaveLength(1)
  expect(JSON.stringify(agent.given('session/prompt').at(-1))).toMatch(/Go on where you stopped.*Done/s)
  await agent.done()
  say(command)
  expect((await agent.ended).status).toBe('completed')
})

it.concurrent.each(['session/load', 'session/set_mode', 'session/set_model'])(
  'a new process that is not signed in at %s asks again, and nothing that was said is lost',
  async (method) => {
    const { client } = driven
    const turnFile = method.replaceAll('/', '-')
    const signedIn = file(`signed-in-${turnFile}`)
    const modes = {
      currentModeId: 'free',
      availableModes: ['default', 'free'].map((id) => ({ id, name: id })),
    }
    const models = { currentModelId: 'big', availableModels: [{ modelId: 'big', name: 'Big' }] }
    const isFirst = method !== 'session/load'
    const agent = await driven.drive(
      {
        ...{ modes, models, refuse: { [method]: expired.byCode }, refuseUntil: signedIn },
        turns: isFirst ? [[until(turnFile)]] : [[{ error: expired.inWords }], [until(turnFile)]],
      },
      { preset, fields: { model: 'big' } },
    )
    const first = await agent.request()
    const message = await client.messages.create(agent.id, { text: 'Mind the tabs' })
    await waitUntil('it tried again', async () => {
      const [request] = await agent.open()
      return request !== undefined && request.id !== first.id
    })
    const second = await agent.request()
    expect(second.title).toContain('not signed in')
    expect(await agent.open()).toHaveLength(1)
    writeFileSync(signedIn, '')
    await client.requests.answer(second.id, { text: 'Now' })
    say(turnFile)
    const texts = () => agent.given('session/prompt').map((prompt) => JSON.stringify(prompt))
    await waitUntil('it goes on', () => texts().some((text) => text.includes(message.id)))
    expect(texts().filter((text) => text.includes(message.id))).toHaveLength(1)
    expect(texts().filter((text) => text.includes('You are a worker.'))).toHaveLength(1)
    await agent.done()
    expect((await agent.ended).status).toBe('completed')
    expect(await agent.open()).toEqual([])
  },
)

it.concurrent('what was to go into the turn is said later where that is refused for want of a login', async () => {
  const { client } = driven
  const agent = await driven.drive(
    {
      steering: { error: expired.byCode },
      turns: [[{ text: 'I begin.' }, until('steered'), { error: expired.byCode }], [{ text: 'ok' }]],
    },
    { preset },
  )
  await waitUntil('it works', async () => agent.given('session/prompt').length === 1)
  const { id } = await client.messages.create(agent.id, { text: 'Mind the tabs', mode: 'steer' })
  await waitUntil('it was steered', () => agent.given('_session/steering').length === 1)
  say('steered')
  const request = await agent.request()
  await agent.done()
  await client.requests.answer(request.id, { text: 'Done' })
  expect((await agent.ended).status).toBe('completed')
  expect(JSON.stringify(agent.given('session/prompt').at(-1))).toContain(id)
  expect(await client.messages.list(agent.id)).toMatchObject([{ id, state: 'delivered' }])
})

it.concurrent.each<[string, object]>([
  ['at its start', { refuse: { 'session/new': expired.byCode } }],
  ['in its turn', { turns: [[{ error: expired.byStatus }]] }],
])('unattended, a login that is missing %s ends the session, which says so', async (_, scenario) => {
  const agent = await driven.drive(scenario, { preset, isUnattended: true })
  expect(await agent.ended).toMatchObject({
    status: 'failed',
    endReason: expect.stringMatching(/^The agent is not signed in: /),
  })
  expect((await driven.client.tasks.get(agent.taskId)).sessionStatus).toBe('failed')
  expect(await driven.client.inbox.list({ sessionId: agent.id, state: 'all' })).toEqual([])
})

it.concurrent('a session that is stopped while it waits for a login leaves nothing open', async () => {
  const agent = await driven.drive({ turns: [[{ error: expired.byCode }]] }, { preset })
  await agent.request()
  await driven.client.sessions.stop(agent.id)
  expect((await agent.ended).status).toBe('stopped')
  expect(await agent.open()).toEqual([])
})
