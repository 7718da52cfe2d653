// Has an agent, a server and people do something to a driver, as far as they can at that moment.
import { expect } from 'vitest'
import type { Effect, Life, LifeEvent, Said } from '../../local-dev/driver/lifecycle/life'
import type { Deed } from './deeds'
import type { Seen } from './seen'

const problem = { login: 'Not logged in', limit: 'Usage limit reached', other: 'Internal error' }

interface Acting {
  seen: Seen
  life(): Life
  send(event: LifeEvent): void
  /** All that the driver has had done so far. */
  effects: readonly Effect[]
}

type Acts = ReturnType<typeof createActs>

export const createActs = ({ seen, life, send, effects }: Acting) => {
  const heard = () => {
    if (!seen.isOpening) seen.heardAt = seen.at
  }

  return {
    wait(seconds: number) {
      seen.at += seconds * 1000
      send({ type: 'time' })
    },
    work() {
      if (seen.isOpening) return
      heard()
      seen.isUnheardReminder = false
      send({ type: 'heard', isWork: true })
    },
    noise() {
      if (seen.isOpening) return
      // It is no work: only what works is waited for.
      if (seen.inFlight !== undefined) heard()
      send({ type: 'heard', isWork: false })
    },
    tool(id: string, isOpen: boolean) {
      if (seen.isOpening) return
      heard()
      seen.isUnheardReminder = false
      if (isOpen) seen.tools.add(id)
      else seen.tools.delete(id)
      send({ type: 'heard', isWork: true, tool: { id, isOpen } })
    },
    answer(stopReason: string) {
      if (seen.inFlight === undefined) return
      const number = seen.inFlight
      heard()
      if (stopReason === 'cancelled' || life().cancelCause !== undefined) seen.tools = new Set()
      seen.inFlight = undefined
      send({ type: 'answered', number, stopReason })
    },
    surplus: () => send({ type: 'answered', number: seen.lastNumber - 1, stopReason: 'cancelled' }),
    fail(kind: 'login' | 'limit' | 'other') {
      if (seen.inFlight === undefined) return
      const number = seen.inFlight
      heard()
      seen.tools = new Set()
      seen.inFlight = undefined
      if (seen.isUnheardReminder) seen.reminders--
      seen.isUnheardReminder = false
      send({ type: 'failed', number, problem: { kind, message: problem[kind] } })
    },
    unsent() {
      if (seen.inFlight === undefined || life().turn.hasBegun || life().handed.length === 0) return
      const number = seen.inFlight
      heard()
      seen.tools = new Set()
      seen.inFlight = undefined
      send({ type: 'unsent', number, said: life().handed })
    },
    say(mode: 'steer' | 'queue') {
      const said: Said = { id: `msg_${seen.sent.length}`, from: 'user', text: 'Go on', mode }
      seen.sent.push(said)
      send({ type: 'said', said })
    },
    repeat() {
      const said = seen.sent.at(-1)
      if (said && !seen.doubtful.has(said.id)) send({ type: 'said', said })
    },
    steered(outcome: Extract<Deed, { what: 'steered' }>['outcome']) {
      if (!seen.steering) return
      const { id } = seen.steering
      seen.steering = undefined
      if (outcome === 'startedNewTurn') heard()
      send({ type: 'steered', id, outcome })
    },
    reply(optionId: string | undefined, text: string | undefined) {
      if (seen.asked === undefined) return
      // Of a turn that was answered, a person says that no tool runs in it any more.
      if (seen.asked === 'stall' && optionId !== 'extend' && seen.inFlight === undefined)
        seen.tools = new Set()
      seen.asked = undefined
      const id = `req_${effects.length}`
      if (text !== undefined) {
        const said: Said = { id, from: 'user', text, mode: 'queue' }
        // To a stall that one waits on, and to a budget, words are no message.
        const isSaid = optionId !== 'extend' && life().wait?.kind !== 'budget'
        if (isSaid) seen.sent.push(said)
      }
      send({ type: 'reply', id, by: 'user', optionId, text })
    },
    tasks(open: number, children: number) {
      if (seen.check === undefined) return
      const number = seen.check
      seen.check = undefined
      const living = ['sess_1', 'sess_2'].slice(0, children)
      const before = effects.length
      send({ type: 'tasks', check: number, open, children: living })
      const caused = effects.slice(before)
      // Who waits for those whom it has spawned is not reminded, and asks nobody but for what a message to it would cost.
      if (open > 0 && children === 2)
        expect(caused.filter((effect) => isReminder(effect) || isQuestionOfTasks(effect))).toEqual([])
    },
    open(isFailing: boolean) {
      if (!seen.isOpening || seen.isMissing) return undefined
      seen.isMissing = isFailing
      if (isFailing) return send({ type: 'openFailed', problem: { kind: 'login', message: problem.login } })
      seen.isOpening = false
      return send({ type: 'opened', isSteerable: true })
    },
    spend: (spentUsd: number) => send({ type: 'spent', spentUsd: life().budget.spentUsd + spentUsd }),
    interrupt: () => send({ type: 'interrupt' }),
    retry: () => send({ type: 'retry' }),
    denied: () => send({ type: 'denied', note: 'That is denied' }),
    end(how: 'own' | 'other' | 'gone' | 'signal') {
      seen.hasReported ||= how === 'own'
      if (how === 'own' || how === 'other') return send({ type: 'sessionEnded', isOwn: how === 'own' })
      if (how === 'signal') return send({ type: 'terminated', signal: 'SIGTERM' })
      return send({ type: 'agentGone', exitCode: 1, signal: null, reason: 'It has ended' })
    },
  }
}

const isQuestionOfTasks = (effect: Effect) => effect.type === 'ask' && effect.why !== 'budget'
const isReminder = (effect: object) => 'reason' in effect && effect.reason === 'remind'

export const act = (acts: Acts, deed: Deed) => {
  switch (deed.what) {
    case 'wait':
      return acts.wait(deed.seconds)
    case 'tool':
      return acts.tool(deed.id, deed.isOpen)
    case 'answer':
      return deed.isSurplus ? acts.surplus() : acts.answer(deed.stopReason)
    case 'fail':
      return acts.fail(deed.kind)
    case 'say':
      return deed.isRepeat ? acts.repeat() : acts.say(deed.mode)
    case 'steered':
      return acts.steered(deed.outcome)
    case 'reply':
      return acts.reply(deed.optionId, deed.text)
    case 'tasks':
      return acts.tasks(deed.open, deed.children)
    case 'open':
      return acts.open(deed.isFailing)
    case 'spend':
      return acts.spend(deed.usd)
    case 'end':
      return acts.end(deed.how)
    default:
      return acts[deed.what]()
  }
}
