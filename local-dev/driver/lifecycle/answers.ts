/** What a person has answered to what the driver has asked itself. */
import { amountIn, extend } from '../budget'
import { stepTurn } from '../turn'
import { andThen, type Life, type LifeEvent, type Said, type Step, withEffects } from './life'
import { cancelTurn, promptAgent, renew, sayNext } from './prompting'
import { exit } from './waiting'

type Reply = Extract<LifeEvent, { type: 'reply' }>

export const onReply = (life: Life, at: number, reply: Reply): Step => {
  const { optionId, by } = reply
  const isStop = optionId === 'stop'
  if (isStop && (life.wait || life.stalledAt !== undefined))
    return exit({ ...life, wait: undefined, stalledAt: undefined }, stopped(by))
  if (life.stalledAt !== undefined) return afterStall({ ...life, stalledAt: undefined }, at, reply)
  const { wait } = life
  const budget = wait?.kind === 'budget' ? extend(life.budget, at, amountIn(reply.text)) : life.budget
  const answered = { ...life, budget, wait: undefined }
  // It went on without: what was said to that is a message like any other.
  if (life.phase !== 'waiting' || !wait) return say(answered, at, reply)
  switch (wait.kind) {
    case 'budget':
      return promptAgent(answered, at, life.next ?? { reason: 'goOn' })
    case 'limit':
      return promptAgent(withWords(answered, reply), at, life.next ?? { reason: 'goOn' })
    case 'login':
      return renew(withWords(answered, reply), life.next ?? { reason: 'goOn' })
    default:
      return promptAgent(withWords({ ...answered, reminders: 0 }, reply), at, { reason: 'said' })
  }
}

const stopped = (by: string) => ({ exitCode: 0, isStopped: true, reason: `Stopped by ${by}` })

/** `extend` waits on; what else is said ends the turn that hangs. */
const afterStall = (life: Life, at: number, reply: Reply): Step => {
  const heard = { ...life, turn: stepTurn(life.turn, { type: 'heard', isWork: false }, at) }
  if (reply.optionId === 'extend') return withEffects(heard)
  // A tool that was never ended keeps the turn from being over, though its answer is in.
  const turn = heard.turn.inFlight === undefined ? { ...heard.turn, openTools: [] } : heard.turn
  const note = 'A person found you silent for long, and ended that turn.'
  return cancelTurn(withWords({ ...heard, turn, reminders: 0 }, reply), at, 'stall', note)
}

const wordsOf = ({ id, by, text }: Reply): Said | undefined =>
  text === undefined ? undefined : { id, from: by, text, mode: 'queue' }

const withWords = (life: Life, reply: Reply): Life => {
  const said = wordsOf(reply)
  if (!said || life.known.includes(said.id)) return life
  return { ...life, queue: [...life.queue, said], known: [...life.known, said.id] }
}

const say = (life: Life, at: number, reply: Reply): Step =>
  andThen(withEffects(withWords(life, reply)), (now) => sayNext(now, at))
