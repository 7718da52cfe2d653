import { Session } from '../../schemas/session'
import { AddSessionTimelineRequest } from '../../schemas/timeline'
import { findSession } from '../../storage/rules/find'
import { addTimelineEntry } from '../../storage/rules/sessions'
import { answerEntity } from '../answers'
import { endpointWithBody } from '../endpoint'
import { idOf } from '../stored-entity'

export const addSessionTimeline = endpointWithBody(
  {
    summary: 'Add an entry to a session’s timeline',
    body: AddSessionTimelineRequest,
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'STORAGE_UNAVAILABLE'],
    emits: ['session:updated'],
  },
  async (c, body) => {
    const id = idOf(c)
    const entry = await c.env.workspace.change((tx) => {
      addTimelineEntry(tx, findSession(tx, id, 'NOT_FOUND'), body)
      return tx.entry('sessions', id)
    })
    return answerEntity(c, entry)
  },
)
