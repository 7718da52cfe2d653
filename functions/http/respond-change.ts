import type { EntityKind } from '../../schemas/entities'
import type { Entry } from '../../storage/entry'
import { aTurn, type Steps, stepsOf } from '../../storage/others-turn'
import { keepAnswer } from '../../storage/rules/answers'
import type { Transaction } from '../../storage/transaction'
import type { RequestContext } from '../services/app-services'
import { respondText } from './respond'

/** What a change is answered with: an entity as it is after it, or a body of its own. */
export type ChangeAnswer = EntityAnswer | BodyAnswer

interface EntityAnswer {
  entry: Entry<EntityKind>
  status?: 200 | 201
}

interface BodyAnswer {
  body: object
  status?: 200 | 201
  /** What was changed, where the body tells more of it. */
  id?: string
}

const maxCharactersAtOnce = 64 * 1024
/** A larger body that is an entity is not kept: it is made anew from it. */
const maxKeptEntityBytes = 16 * 1024
const encoder = new TextEncoder()

/**
 * Makes a change by a rule, and answers with what the rule returns once that is durable. The answer to a `POST` with an
 * `Idempotency-Key` is kept in the same commit; with `Prefer: return=minimal` it says no more than what was changed.
 */
export const respondChange = async (c: RequestContext, rule: AnsweredRule): Promise<Response> => {
  const { status, json, headers } = await c.env.workspace.change((tx) => changeAndAnswer(c, rule, tx))
  return respondText(c, status, json, headers)
}

/** A generator where it may be about thousands of entities: one of its module, as `Steps` says. */
type AnsweredRule = (tx: Transaction) => ChangeAnswer | Steps<ChangeAnswer>

function* changeAndAnswer(c: RequestContext, rule: AnsweredRule, tx: Transaction): Steps<Sent> {
  c.get('authorize')?.(tx)
  const answer = yield* stepsOf(rule(tx))
  // To make its text has taken long, and what follows looks at all of that.
  if ('entry' in answer && answer.entry.characters > maxCharactersAtOnce) yield aTurn
  const sent = sentAs(c, answer)
  const repeat = c.get('repeat')
  if (repeat) keepAnswer(tx, { ...repeat, ...keptAs(answer, sent) })
  return sent
}

interface Sent {
  status: number
  json: string
  headers: Record<string, string>
}

const sentAs = (c: RequestContext, answer: ChangeAnswer): Sent => {
  const { status = 200 } = answer
  const isEntity = 'entry' in answer
  const id = isEntity ? answer.entry.id : answer.id
  const isMinimal = id !== undefined && prefersMinimal(c.req.header('Prefer'))
  const whole = () => (isEntity ? answer.entry.brief : JSON.stringify(answer.body))
  return {
    status,
    json: isMinimal ? JSON.stringify({ success: true, id }) : whole(),
    headers: {
      ...(isEntity && { ETag: answer.entry.etag }),
      ...(isMinimal && { 'Preference-Applied': 'return=minimal' }),
    },
  }
}

/** What a caller that prefers little was sent is never large. */
const keptAs = (answer: ChangeAnswer, sent: Sent) => {
  if (!('entry' in answer) || encoder.encode(sent.json).length <= maxKeptEntityBytes) return sent
  const { kind, id } = answer.entry
  return { status: sent.status, headers: {}, entity: { kind, id } }
}

/** RFC 7240: preferences with commas between them, each with parameters that do not matter here. */
const prefersMinimal = (preferences: string | undefined): boolean =>
  preferences !== undefined && /(?:^|,)\s*return\s*=\s*"?minimal"?\s*(?:[;,]|$)/i.test(preferences)
