import { Session } from '../../schemas/session'
import { AddSessionEventRequest } from '../../schemas/timeline'
import { addSessionEvent as add } from '../../storage/rules/sessions'
import { answerEntity } from '../answers'
import { endpointWithBody } from '../endpoint'
import { idOf } from '../stored-entity'

export const addSessionEvent = endpointWithBody(
  {
    summary: 'Record an event of a session',
    body: AddSessionEventRequest,
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'STORAGE_UNAVAILABLE'],
    emits: ['session:updated'],
  },
  async (c, body) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      add(tx, id, body)
      return tx.entry('sessions', id)
    })
    return answerEntity(c, entry)
  },
)
