// An agent, a server and people around the lifecycle of a driver: they do anything, in any order, and what must hold is
// said once more, and otherwise.
import { expect } from 'vitest'
import {
  type Effect,
  type Life,
  type LifeEvent,
  type LifeOptions,
  newLife,
  type Said,
} from '../../local-dev/driver/lifecycle/life'
import { stepLife } from '../../local-dev/driver/lifecycle/lifecycle'
import { quietMs } from '../../local-dev/driver/turn'
import type { Deed } from './deeds'

const effectTypes: readonly Effect['type'][] = [
  ...(['prompt', 'steer', 'cancel', 'renew', 'turnOver', 'lookAtTasks', 'ask', 'withdraw'] as const),
  ...(['status', 'note', 'delivered', 'refused', 'unknown', 'doubtful', 'exit'] as const),
]

const problem = { login: 'Not logged in', limit: 'Usage limit reached', other: 'Internal error' }

/** Runs a driver's life, and checks each of its steps. */
export const createWorld = (given: Partial<LifeOptions> = {}) => {
  let at = 0
  const options: LifeOptions = {
    at,
    next: { reason: 'begin' },
    budget: { allowed: { costUsd: 100 }, extra: {}, startedAt: 0, spentUsd: 0 },
    isUnattended: false,
    stallAfterMs: 600_000,
    ...given,
  }
  let life: Life = newLife(options)
  const effects: Effect[] = []
  /** As the agent sees it. */
  let inFlight: number | undefined
  let lastNumber = 0
  let tools = new Set<string>()
  let heardAt = Number.NEGATIVE_INFINITY
  let isOpening = true
  /** Its process could not be started: only another try brings one. */
  let isMissing = false
  let hasReported = false
  let steering: Said | undefined
  /** As the server sees it. */
  const sent: Said[] = []
  const settled = new Map<string, string>()
  const doubtful = new Set<string>()
  let asked: string | undefined
  let check: number | undefined
  let reminders = 0
  /** Whether the prompt in flight is a reminder that the agent has not begun with. */
  let isUnheardReminder = false
  let told: 'working' | 'idle' = 'working'

  const isQuiet = () => inFlight === undefined && tools.size === 0 && at - heardAt >= quietMs

  const take = (effect: Effect, event: LifeEvent) => {
    expect(effectTypes, 'an effect that nobody performs').toContain(effect.type)
    switch (effect.type) {
      case 'prompt':
        expect(inFlight, 'two prompts in flight').toBeUndefined()
        expect(isOpening, 'a prompt without a process').toBe(false)
        inFlight = effect.number
        lastNumber = effect.number
        heardAt = at
        reminders = effect.said.length > 0 ? 0 : reminders + Number(effect.reason === 'remind')
        isUnheardReminder = effect.reason === 'remind'
        expect(reminders, 'reminded again').toBeLessThanOrEqual(1)
        for (const { id } of effect.said) expect(settled.has(id), `${id} is said again`).toBe(false)
        break
      case 'steer':
        expect(steering, 'two are steered').toBeUndefined()
        expect(inFlight, 'steered without a turn').toBeDefined()
        expect(settled.has(effect.said.id)).toBe(false)
        steering = effect.said
        break
      case 'renew':
        isOpening = true
        isMissing = false
        // What has ended says nothing more.
        heardAt = Math.min(heardAt, at - quietMs)
        inFlight = undefined
        tools = new Set()
        steering = undefined
        break
      case 'ask':
        expect(asked, 'two questions at once').toBeUndefined()
        if (effect.why !== 'stall' && effect.why !== 'login')
          expect(isQuiet() || isBudgetAsked(effect), effect.why).toBe(true)
        asked = effect.why
        break
      case 'withdraw':
        asked = undefined
        break
      case 'lookAtTasks':
        expect(isQuiet() || !hasWorked(), 'the tasks are looked at in a turn').toBe(true)
        check = effect.check
        break
      case 'status':
        expect(effect.status, 'the same status again').not.toBe(told)
        told = effect.status
        if (told === 'idle') expect(inFlight, 'idle with a prompt in flight').toBeUndefined()
        break
      case 'delivered':
      case 'refused':
      case 'unknown':
        for (const { id } of effect.said) {
          expect(settled.has(id), `${id} is settled twice`).toBe(false)
          settled.set(id, effect.type)
        }
        break
      case 'doubtful':
        for (const { id } of effect.said) doubtful.add(id)
        break
      case 'exit':
        if (effect.exitCode === 0 && !hasReported && event.type !== 'sessionEnded')
          expect(isQuiet() || !hasWorked(), 'it ends in a turn').toBe(true)
        break
    }
  }
  const hasWorked = () => heardAt > Number.NEGATIVE_INFINITY
  const isBudgetAsked = (effect: Effect) => effect.type === 'ask' && effect.why === 'budget'

  /** Each message is somewhere, and nowhere twice. */
  const checkMessages = () => {
    if (life.phase === 'closed') return
    for (const { id } of sent) {
      const places = [
        ...life.queue.filter((each) => each.id === id),
        ...life.handed.filter((each) => each.id === id),
        ...(life.steering?.id === id ? [id] : []),
        ...(settled.has(id) || doubtful.has(id) ? [id] : []),
      ]
      expect(places, `${id} is lost, or there twice`).toHaveLength(1)
    }
  }

  const send = (event: LifeEvent) => {
    const before = life
    const [next, caused] = stepLife(life, event, at)
    life = next
    if (before.phase === 'closed') expect([next, caused]).toEqual([before, []])
    for (const effect of caused) take(effect, event)
    effects.push(...caused)
    checkMessages()
    expect(life.turn.inFlight).toBe(life.phase === 'closed' ? life.turn.inFlight : inFlight)
  }

  const heard = () => {
    if (!isOpening) heardAt = at
  }

  const deeds = {
    wait(seconds: number) {
      at += seconds * 1000
      send({ type: 'time' })
    },
    work() {
      if (isOpening) return
      heard()
      isUnheardReminder = false
      send({ type: 'heard', isWork: true })
    },
    noise() {
      if (isOpening) return
      // It is no work: only what works is waited for.
      if (inFlight !== undefined) heard()
      send({ type: 'heard', isWork: false })
    },
    tool(id: string, isOpen: boolean) {
      if (isOpening) return
      heard()
      isUnheardReminder = false
      if (isOpen) tools.add(id)
      else tools.delete(id)
      send({ type: 'heard', isWork: true, tool: { id, isOpen } })
    },
    answer(stopReason: string) {
      if (inFlight === undefined) return
      const number = inFlight
      heard()
      if (stopReason === 'cancelled' || life.cancelCause !== undefined) tools = new Set()
      inFlight = undefined
      send({ type: 'answered', number, stopReason })
    },
    surplus: () => send({ type: 'answered', number: lastNumber - 1, stopReason: 'cancelled' }),
    fail(kind: 'login' | 'limit' | 'other') {
      if (inFlight === undefined) return
      const number = inFlight
      heard()
      tools = new Set()
      inFlight = undefined
      if (isUnheardReminder) reminders--
      isUnheardReminder = false
      send({ type: 'failed', number, problem: { kind, message: problem[kind] } })
    },
    unsent() {
      if (inFlight === undefined || life.turn.hasBegun || life.handed.length === 0) return
      const number = inFlight
      heard()
      tools = new Set()
      inFlight = undefined
      send({ type: 'unsent', number, said: life.handed })
    },
    say(mode: 'steer' | 'queue') {
      const said: Said = { id: `msg_${sent.length}`, from: 'user', text: 'Go on', mode }
      sent.push(said)
      send({ type: 'said', said })
    },
    repeat() {
      const said = sent.at(-1)
      if (said && !doubtful.has(said.id)) send({ type: 'said', said })
    },
    steered(outcome: Extract<Deed, { what: 'steered' }>['outcome']) {
      if (!steering) return
      const { id } = steering
      steering = undefined
      if (outcome === 'startedNewTurn') heard()
      send({ type: 'steered', id, outcome })
    },
    reply(optionId: string | undefined, text: string | undefined) {
      if (asked === undefined) return
      // Of a turn that was answered, a person says that no tool runs in it any more.
      if (asked === 'stall' && optionId !== 'extend' && inFlight === undefined) tools = new Set()
      asked = undefined
      const id = `req_${effects.length}`
      if (text !== undefined) {
        const said: Said = { id, from: 'user', text, mode: 'queue' }
        // To a stall that one waits on, and to a budget, words are no message.
        const isSaid = optionId !== 'extend' && life.wait?.kind !== 'budget'
        if (isSaid) sent.push(said)
      }
      send({ type: 'reply', id, by: 'user', optionId, text })
    },
    tasks(open: number, children: number) {
      if (check === undefined) return
      const number = check
      check = undefined
      const living = ['sess_1', 'sess_2'].slice(0, children)
      const before = effects.length
      send({ type: 'tasks', check: number, open, children: living })
      const caused = effects.slice(before)
      // Who waits for those whom it has spawned is not reminded, and asks nobody but for what a message to it would cost.
      if (open > 0 && children === 2)
        expect(caused.filter((effect) => isReminder(effect) || isQuestionOfTasks(effect))).toEqual([])
    },
    open(isFailing: boolean) {
      if (!isOpening || isMissing) return undefined
      isMissing = isFailing
      if (isFailing) return send({ type: 'openFailed', problem: { kind: 'login', message: problem.login } })
      isOpening = false
      return send({ type: 'opened', isSteerable: true })
    },
    spend: (spentUsd: number) => send({ type: 'spent', spentUsd: life.budget.spentUsd + spentUsd }),
    end(how: 'own' | 'other' | 'gone' | 'signal') {
      hasReported ||= how === 'own'
      if (how === 'own' || how === 'other') return send({ type: 'sessionEnded', isOwn: how === 'own' })
      if (how === 'signal') return send({ type: 'terminated', signal: 'SIGTERM' })
      return send({ type: 'agentGone', exitCode: 1, signal: null, reason: 'It has ended' })
    },
  }

  const isQuestionOfTasks = (effect: Effect) => effect.type === 'ask' && effect.why !== 'budget'
  const isReminder = (effect: object) => 'reason' in effect && effect.reason === 'remind'

  return {
    life: () => life,
    effects,
    sent,
    settled,
    doubtful,
    do(deed: Deed) {
      switch (deed.what) {
        case 'wait':
          return deeds.wait(deed.seconds)
        case 'tool':
          return deeds.tool(deed.id, deed.isOpen)
        case 'answer':
          return deed.isSurplus ? deeds.surplus() : deeds.answer(deed.stopReason)
        case 'fail':
          return deeds.fail(deed.kind)
        case 'say':
          return deed.isRepeat ? deeds.repeat() : deeds.say(deed.mode)
        case 'steered':
          return deeds.steered(deed.outcome)
        case 'reply':
          return deeds.reply(deed.optionId, deed.text)
        case 'tasks':
          return deeds.tasks(deed.open, deed.children)
        case 'open':
          return deeds.open(deed.isFailing)
        case 'spend':
          return deeds.spend(deed.usd)
        case 'end':
          return deeds.end(deed.how)
        case 'interrupt':
          return send({ type: 'interrupt' })
        case 'retry':
          return send({ type: 'retry' })
        case 'denied':
          return send({ type: 'denied', note: 'That is denied' })
        default:
          return deeds[deed.what]()
      }
    },
    /** From now on everybody does what they should: whatever waits gets through, and it ends. */
    settleDown() {
      for (let round = 0; round < 80 && life.phase !== 'closed'; round++) {
        deeds.open(false)
        deeds.steered('injected')
        for (const id of [...tools]) deeds.tool(id, false)
        deeds.answer('end_turn')
        deeds.reply('continue', undefined)
        deeds.wait(4)
        deeds.tasks(0, 0)
        if (life.wait?.until !== undefined) deeds.wait(Math.ceil((life.wait.until - at) / 1000))
      }
    },
  }
}
