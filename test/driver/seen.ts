// What an agent and a server see of a driver's life: whatever it has them do is checked, and taken for done.
import { expect } from 'vitest'
import type { Effect, LifeEvent, Said } from '../../local-dev/driver/lifecycle/life'
import { quietMs } from '../../local-dev/driver/turn'

export interface Seen {
  at: number
  // As the agent sees it.
  inFlight: number | undefined
  lastNumber: number
  tools: Set<string>
  heardAt: number
  isOpening: boolean
  /** Its process could not be started: only another try brings one. */
  isMissing: boolean
  hasReported: boolean
  steering: Said | undefined
  // As the server sees it.
  sent: Said[]
  settled: Map<string, string>
  doubtful: Set<string>
  asked: string | undefined
  check: number | undefined
  reminders: number
  /** Whether the prompt in flight is a reminder that the agent has not begun with. */
  isUnheardReminder: boolean
  told: 'working' | 'idle'
}

export const newSeen = (): Seen => ({
  ...{ at: 0, inFlight: undefined, lastNumber: 0, tools: new Set(), heardAt: Number.NEGATIVE_INFINITY },
  ...{ isOpening: true, isMissing: false, hasReported: false, steering: undefined },
  ...{ sent: [], settled: new Map(), doubtful: new Set(), asked: undefined, check: undefined },
  ...{ reminders: 0, isUnheardReminder: false, told: 'working' },
})

const effectTypes: readonly Effect['type'][] = [
  ...(['prompt', 'steer', 'cancel', 'renew', 'turnOver', 'lookAtTasks', 'ask', 'withdraw'] as const),
  ...(['status', 'note', 'delivered', 'refused', 'unknown', 'doubtful', 'exit'] as const),
]

const isQuiet = (seen: Seen) =>
  seen.inFlight === undefined && seen.tools.size === 0 && seen.at - seen.heardAt >= quietMs

const hasWorked = (seen: Seen) => seen.heardAt > Number.NEGATIVE_INFINITY
const isBudgetAsked = (effect: Effect) => effect.type === 'ask' && effect.why === 'budget'

export const take = (seen: Seen, effect: Effect, event: LifeEvent) => {
  expect(effectTypes, 'an effect that nobody performs').toContain(effect.type)
  switch (effect.type) {
    case 'prompt':
      expect(seen.inFlight, 'two prompts in flight').toBeUndefined()
      expect(seen.isOpening, 'a prompt without a process').toBe(false)
      seen.inFlight = effect.number
      seen.lastNumber = effect.number
      seen.heardAt = seen.at
      seen.reminders = effect.said.length > 0 ? 0 : seen.reminders + Number(effect.reason === 'remind')
      seen.isUnheardReminder = effect.reason === 'remind'
      expect(seen.reminders, 'reminded again').toBeLessThanOrEqual(1)
      for (const { id } of effect.said) expect(seen.settled.has(id), `${id} is said again`).toBe(false)
      break
    case 'steer':
      expect(seen.steering, 'two are steered').toBeUndefined()
      expect(seen.inFlight, 'steered without a turn').toBeDefined()
      expect(seen.settled.has(effect.said.id)).toBe(false)
      seen.steering = effect.said
      break
    case 'renew':
      seen.isOpening = true
      seen.isMissing = false
      // What has ended says nothing more.
      seen.heardAt = Math.min(seen.heardAt, seen.at - quietMs)
      seen.inFlight = undefined
      seen.tools = new Set()
      seen.steering = undefined
      break
    case 'ask':
      expect(seen.asked, 'two questions at once').toBeUndefined()
      if (effect.why !== 'stall' && effect.why !== 'login')
        expect(isQuiet(seen) || isBudgetAsked(effect), effect.why).toBe(true)
      seen.asked = effect.why
      break
    case 'withdraw':
      seen.asked = undefined
      break
    case 'lookAtTasks':
      expect(isQuiet(seen) || !hasWorked(seen), 'the tasks are looked at in a turn').toBe(true)
      seen.check = effect.check
      break
    case 'status':
      expect(effect.status, 'the same status again').not.toBe(seen.told)
      seen.told = effect.status
      if (seen.told === 'idle') expect(seen.inFlight, 'idle with a prompt in flight').toBeUndefined()
      break
    case 'delivered':
    case 'refused':
    case 'unknown':
      for (const { id } of effect.said) {
        expect(seen.settled.has(id), `${id} is settled twice`).toBe(false)
        seen.settled.set(id, effect.type)
      }
      break
    case 'doubtful':
      for (const { id } of effect.said) seen.doubtful.add(id)
      break
    case 'exit':
      if (effect.exitCode === 0 && !seen.hasReported && event.type !== 'sessionEnded')
        expect(isQuiet(seen) || !hasWorked(seen), 'it ends in a turn').toBe(true)
      break
  }
}
