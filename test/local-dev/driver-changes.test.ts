// A person changes the model or what an agent may do while it runs, and it goes on as before; or the agent frees itself.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitUntil } from '../e2e/fixture'
import { isAlive } from '../node/acp-fixture'
import { createDriven, preset } from './driven'

let driven: Awaited<ReturnType<typeof createDriven>>
beforeAll(async () => {
  driven = await createDriven()
})
afterAll(() => driven.stop())

const file = (name: string) => join(driven.directory, name)
const write = (name: string) => ({ do: { path: file(name), text: name } })
/** It waits until the test says so. */
const until = (name: string) => ({ waitFor: { file: file(name) } })
const say = (name: string) => driven.say(name)

const models = {
  currentModelId: 'big',
  availableModels: [
    { modelId: 'big', name: 'Big' },
    { modelId: 'small', name: 'Small' },
  ],
}

it.concurrent('what an agent may do counts from its next question on, and its model from the next turn on', async () => {
  const { client } = driven
  const agent = await driven.drive(
    { models, turns: [[write('one.txt'), until('more'), write('two.txt')], [until('last')]] },
    { fields: { permissionMode: 'default' } },
  )
  const first = await agent.request()
  await client.sessions.update(agent.id, { permissionMode: 'acceptEdits', model: 'small' })
  await waitUntil('it is heard', async () => (await agent.told()).join().includes('mode is acceptEdits'))
  expect(await agent.open()).toMatchObject([{ id: first.id }])
  await agent.answer(first, 'allow_once')
  say('more')
  await client.messages.create(agent.id, { text: 'Go on' })
  await waitUntil('it is prompted again', () => agent.given('session/prompt').length === 2)
  expect(existsSync(file('two.txt'))).toBe(true)
  expect(await client.inbox.list({ sessionId: agent.id, state: 'all' })).toHaveLength(1)
  expect(agent.given('session/set_model')).toMatchObject([{ modelId: 'small' }])
  expect(agent.methods().slice(-2)).toEqual(['session/set_model', 'session/prompt'])
  await agent.done()
  say('last')
  expect((await agent.ended).status).toBe('completed')
})

it.concurrent('a model that the agent does not have is refused with those that it has, and ends nothing, in a new process neither', async () => {
  const { client } = driven
  const expired = { code: -32603, message: 'Internal error', data: { details: 'Your login has expired' } }
  const agent = await driven.drive({
    models,
    turns: [[until('huge')], [{ error: expired }], [until('huge-last')]],
  })
  await waitUntil('it works', () => agent.given('session/prompt').length === 1)
  await client.sessions.update(agent.id, { model: 'huge' })
  await client.messages.create(agent.id, { text: 'Go on' })
  say('huge')
  const login = await agent.request()
  const refused = 'The model stays as it is: The agent has no model huge; it has big, small'
  expect(await agent.told()).toContain(refused)
  await agent.answer(login, 'I have signed in')
  await waitUntil('it goes on', () => agent.given('session/prompt').length === 3)
  expect(agent.given('session/load')).toHaveLength(1)
  expect(agent.given('session/set_model')).toEqual([])
  await client.sessions.update(agent.id, { model: 'small' })
  await client.messages.create(agent.id, { text: 'With that one' })
  say('huge-last')
  await waitUntil('it takes it', () => agent.given('session/set_model').length === 1)
  await agent.done()
  expect((await agent.ended).status).toBe('completed')
})

const switches = [
  { optionId: 'free', name: 'Yes, and ask no more', kind: 'allow_once' },
  { optionId: 'default', name: 'Yes, and ask', kind: 'allow_always' },
  { optionId: 'plan', name: 'No, keep planning', kind: 'reject_once' },
]
const asksToSwitch = (toolCallId: string) => ({
  ask: { toolCallId, kind: 'switch_mode', title: 'Ready to code?', rawInput: { plan: 'Code' } },
  options: switches,
  on: { else: [{ toolUpdate: { toolCallId, status: 'completed' } }] },
})

it.concurrent('an agent that asks to switch its mode gets the one that its session may be in, and one that switched is set back', async () => {
  const { client } = driven
  const agent = await driven.drive(
    { turns: [[asksToSwitch('one'), until('switch'), asksToSwitch('two'), { mode: 'free' }]] },
    { fields: { permissionMode: 'plan' }, preset },
  )
  await waitUntil('it was answered', () => agent.answers().length === 1)
  expect(agent.given('session/set_mode')).toMatchObject([{ modeId: 'plan' }])
  await client.sessions.update(agent.id, { permissionMode: 'acceptEdits' })
  await waitUntil('it is told', () => agent.given('session/set_mode').length === 2)
  await agent.done()
  say('switch')
  expect((await agent.ended).status).toBe('completed')
  expect(agent.answers()).toEqual(['plan', 'default'].map((optionId) => ({ outcome: 'selected', optionId })))
  expect(agent.given('session/set_mode').map(({ modeId }) => modeId)).toEqual(['plan', 'default', 'default'])
  expect(await agent.told()).toContain('scripted changed its mode to free: it is set back to default')
  expect(await client.inbox.list({ sessionId: agent.id, state: 'all' })).toEqual([])
})

it.concurrent('an agent of one’s own, of whose modes nothing is known, may not switch', async () => {
  const agent = await driven.drive({ turns: [[asksToSwitch('one'), until('own')]] })
  await waitUntil('it was answered', () => agent.answers().length === 1)
  expect(agent.answers()).toEqual([{ outcome: 'selected', optionId: 'plan' }])
  await agent.done()
  say('own')
  expect((await agent.ended).status).toBe('completed')
})

it.concurrent.each([
  ['before it has shaken hands', { silent: ['initialize'], ignore: ['SIGTERM'] }],
  ['before it has a session', { silent: ['session/new'] }],
])('a session that is stopped %s ends its agent', async (_, scenario) => {
  const agent = await driven.drive(scenario)
  await waitUntil('it starts', () => agent.methods().length > 0)
  await driven.client.sessions.stop(agent.id)
  expect((await agent.ended).status).toBe('stopped')
  expect(isAlive(agent.pid())).toBe(false)
})
