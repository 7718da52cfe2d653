import { Message, type MessageState } from '../../schemas/message'
import { defineKind, oneOf } from './kind'

/** What running agents are told. */
export const messages = defineKind({
  schema: Message,
  id: (message) => message.id,
  partition: (message) => message.sessionId,
  createdAt: (message) => message.createdAt,
  fields: ({ sessionId, state, key }) => ({
    sessionId,
    state,
    [isOpen(state) ? 'openOf' : 'settledOf']: sessionId,
    ...(key !== undefined && { key: keyIn(sessionId, key) }),
  }),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'message:created', updated: 'message:updated' },
  subject: (_id, fieldsOf) => ({ sessionId: oneOf(fieldsOf(), 'sessionId') }),
})

/** A sender's key, which counts within a session. */
export const keyIn = (sessionId: string, key: string): string => `${sessionId} ${key}`

/** Whether it is not known yet what became of a message. */
export const isOpen = (state: MessageState): boolean => state === 'queued' || state === 'sending'
