// What must work with every agent. Each returns a word for the table, and throws what went wrong.
import type { Session } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import type { Step } from './model'
import type { World } from './world'

type Scenario = (world: World) => Promise<string>

const report = (taskId: string): Step => ({ run: `maestro report complete 'It is done' --task ${taskId}` })

const mustBe = (what: string, found: unknown, wanted: unknown): void => {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`)
}

/** It has ended as it should, with nothing left of it. */
const mustBeDone = async (world: World, session: Session): Promise<void> => {
  mustBe(`its status (${session.endReason ?? 'no reason'})`, session.status, 'completed')
  for (const taskId of session.taskIds)
    mustBe(`the status of ${taskId}`, (await world.client.tasks.get(taskId)).sessionStatus, 'completed')
  await world.until('its processes are gone', 60, () => world.processes(session.id).length === 0)
  mustBe('what is open in the inbox', (await world.client.inbox.list({ sessionId: session.id })).length, 0)
}

const works: Scenario = async (world) => {
  const { id, taskIds } = await world.start(
    ['First', 'Second'],
    (ids) =>
      ids.flatMap((taskId): Step[] => [
        { run: `maestro report progress 'It begins' --task ${taskId}` },
        { write: { path: `${world.app}/${taskId}.txt`, text: 'made by an agent\n' } },
        { run: `git add ${taskId}.txt && git commit --quiet --message ${taskId}` },
        report(taskId),
      ]),
    { permissionMode: 'auto' },
  )
  await mustBeDone(world, await world.ended(id))
  for (const taskId of taskIds) mustBe(`the file of ${taskId}`, world.exists(`${taskId}.txt`), true)
  mustBe('its commits', world.commits().slice(0, 2).sort(), [...taskIds].sort())
  const asked = await world.client.inbox.list({ sessionId: id, state: 'all' })
  return asked.length === 0 ? 'yes' : `yes, after ${asked.length} questions`
}

const policy: Scenario = async (world) => {
  world.writeHome(
    '.maestro/permissions.json',
    JSON.stringify({ deny: ['run:rm'], allow: ['run:touch allowed.txt'], ask: [] }),
  )
  const { id } = await world.start(['By rule'], ([taskId = '']) => [
    { run: 'touch allowed.txt' },
    { run: 'rm keep.txt' },
    report(taskId),
  ])
  await mustBeDone(world, await world.ended(id))
  world.writeHome('.maestro/permissions.json', JSON.stringify({ deny: [], allow: [], ask: [] }))
  mustBe('whether what is allowed was done', world.exists('allowed.txt'), true)
  mustBe('whether what is denied was left', world.exists('keep.txt'), true)
  mustBe(
    'what was asked',
    (await world.client.inbox.list({ sessionId: id, state: 'all' })).map(({ title }) => title),
    [],
  )
  return 'yes'
}

const person: Scenario = async (world) => {
  const { id } = await world.start(['By a person'], ([taskId = '']) => [
    { run: 'touch granted.txt' },
    { run: 'touch refused.txt' },
    report(taskId),
  ])
  for (const effect of ['allow_once', 'reject_once'] as const) {
    const request = await world.request(id, 'approval')
    const option = request.options.find((each) => each.effect === effect)
    if (!option) throw new Error(`no option ${effect} of: ${request.title}`)
    await world.client.requests.answer(request.id, { optionId: option.id, by: 'Ada' })
  }
  await mustBeDone(world, await world.ended(id))
  mustBe('whether what was granted was done', world.exists('granted.txt'), true)
  mustBe('whether what was refused was done', world.exists('refused.txt'), false)
  return 'yes'
}

const message: Scenario = async (world) => {
  const { id } = await world.start(
    ['With a message'],
    ([taskId = '']) => [{ run: 'node slow.mjs 15' }, { say: 'The first turn is over.' }, report(taskId)],
    { permissionMode: 'auto' },
  )
  await world.until('it works', 120, () => world.talks().length > 0)
  await world.until('its command runs', 90, () => world.processes(id, 'node slow.mjs').length > 0)
  const { id: messageId } = await world.client.messages.create(id, {
    text: 'The word is heron',
    mode: 'steer',
  })
  await mustBeDone(world, await world.ended(id))
  const heard = world.talks().find(({ said }) => said?.user.some((text) => text.includes('heron')))
  const state = (await world.client.messages.list(id)).find((each) => each.id === messageId)?.state
  mustBe('the state of the message', state, 'delivered')
  if (!heard) throw new Error('the model never heard it')
  return heard.answered === 1 ? 'in the turn' : 'at its end'
}

const question: Scenario = async (world) => {
  const { id } = await world.start(['With a question'], ([taskId = '']) => [
    { say: 'Which colour is it to be?' },
    { say: 'I wait for the colour.' },
    report(taskId),
  ])
  const request = await world.request(id, 'question')
  // It is told right after the question.
  await world.until('it waits', 30, async () => (await world.client.sessions.get(id)).status === 'idle')
  await world.client.requests.answer(request.id, { text: 'Kingfisher blue', by: 'Ada' })
  await mustBeDone(world, await world.ended(id))
  const isHeard = world.talks().some(({ said }) => said?.user.some((text) => text.includes('Kingfisher')))
  mustBe('whether the model heard the answer', isHeard, true)
  return 'yes'
}

const killed: Scenario = async (world) => {
  // gemini 0.61.0 has lost what it was told where it is loaded within the minute in which its session began.
  const waitsForMinute = world.agent === 'gemini'
  const { id } = await world.start(
    ['Killed'],
    ([taskId = '']) => [
      { run: 'git commit --quiet --allow-empty --message begun' },
      { run: `node slow.mjs ${waitsForMinute ? 85 : 17}` },
      report(taskId),
    ],
    { permissionMode: 'auto' },
  )
  await world.until('its command runs', 120, () => world.processes(id, 'node slow.mjs').length > 0)
  const minute = new Date().getMinutes()
  if (waitsForMinute) await world.until('the minute is over', 65, () => new Date().getMinutes() !== minute)
  const drivers = world.processes(id, 'worker init').filter((pid) => pid !== process.pid)
  if (drivers.length === 0) throw new Error('there is no driver')
  for (const pid of drivers) process.kill(pid, 'SIGKILL')
  await mustBeDone(world, await world.ended(id))
  mustBe(
    'how often its first command ran',
    world.commits().filter((subject) => subject === 'begun').length,
    1,
  )
  return waitsForMinute ? 'yes, after a minute' : 'yes'
}

const limit: Scenario = async (world) => {
  const { id } = await world.start(['With a limit'], ([taskId = '']) => [{ limit: 6 }, report(taskId)])
  const asked = async () => (await world.client.inbox.list({ sessionId: id, kind: 'limit' })).length > 0
  const hasEnded = async () => endedStatuses.includes((await world.client.sessions.get(id)).status)
  await world.until('it tells of its limit', 180, async () => (await asked()) || hasEnded())
  if (!(await asked())) {
    await mustBeDone(world, await world.ended(id))
    return 'the agent waits itself'
  }
  const request = await world.request(id, 'limit')
  const goesOn = async () => (await world.client.requests.get(request.id)).state !== 'open'
  try {
    await world.until('it goes on by itself', 30, goesOn)
    await mustBeDone(world, await world.ended(id))
    return 'yes'
  } catch {
    // The agent did not say when its limit ends: it would wait for minutes.
    await world.client.requests.answer(request.id, { optionId: 'continue', by: 'Ada' })
    await mustBeDone(world, await world.ended(id))
    return 'yes, when told'
  }
}

const login: Scenario = async (world) => {
  const { id } = await world.start(['Signed out'], ([taskId = '']) => [{ refuse: 401 }, report(taskId)])
  const request = await world.request(id, 'question')
  await world.client.requests.answer(request.id, { text: 'Signed in again', by: 'Ada' })
  await mustBeDone(world, await world.ended(id))
  return 'yes'
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  works,
  policy,
  person,
  message,
  question,
  killed,
  limit,
  login,
}
