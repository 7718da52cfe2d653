/** What running agents are told: queued, sending, then delivered or not. Never backwards. */

import { apiError } from '../../schemas/errors'
import type { CreateMessageRequest, Message, MessageState, UpdateMessageRequest } from '../../schemas/message'
import { isOpen, keyIn } from '../kinds/message'
import type { Transaction } from '../transaction'
import { findSession } from './find'
import { requireLiving } from './living'
import { dropOldEnded, dropOldSettled } from './settled'

/** A message, and whether it was there already under its key. */
export interface Sent {
  message: Message
  isRepeat: boolean
}

/** Sends a message to a session that lives. Idempotent for one that has a key. */
export const sendMessage = (
  tx: Transaction,
  sessionId: string,
  { text, mode = 'queue', key }: CreateMessageRequest,
  from: string,
): Sent => {
  findSession(tx, sessionId, 'NOT_FOUND')
  const [known] = key === undefined ? [] : tx.list('messages', { key: keyIn(sessionId, key) })
  if (known && known.text !== text)
    throw apiError('IDEMPOTENCY_KEY_REUSED', `The key "${key}" came with another text before`, {
      messageId: known.id,
    })
  if (known) return { message: known, isRepeat: true }
  return {
    message: put(tx, sessionId, { from, text, mode, ...(key !== undefined && { key }) }),
    isRepeat: false,
  }
}

/** Ends the turn that runs, and keeps the session. */
export const interruptSession = (tx: Transaction, sessionId: string, from: string): void => {
  findSession(tx, sessionId, 'NOT_FOUND')
  put(tx, sessionId, { from, mode: 'interrupt' })
}

const put = (
  tx: Transaction,
  sessionId: string,
  said: Pick<Message, 'from' | 'text' | 'mode' | 'key'>,
): Message => {
  requireLiving(tx, sessionId)
  const message: Message = { id: tx.newId('msg'), sessionId, ...said, state: 'queued', createdAt: tx.now }
  tx.put('messages', message)
  tx.emitState('message:created', message.id)
  dropOldSettled(tx, 'messages', message)
  return message
}

/** What a message may become next. Only an end of its session makes it `expired`. */
const nextStates: Readonly<Record<MessageState, readonly MessageState[]>> = {
  queued: ['sending', 'delivered', 'refused', 'unknown'],
  sending: ['delivered', 'refused', 'unknown'],
  unknown: ['delivered'],
  delivered: [],
  refused: [],
  expired: [],
}

/** Notes how far a message has come. Idempotent. */
export const updateMessage = (tx: Transaction, id: string, { state, reason }: UpdateMessageRequest): void => {
  const message = tx.get('messages', id)
  if (!message) throw apiError('NOT_FOUND', 'Message not found', { messageId: id })
  if (message.state === state) return
  if (!nextStates[message.state].includes(state))
    throw apiError('INVALID_STATE', `This message is ${message.state}: it does not become ${state}`, {
      messageId: id,
      state: message.state,
    })
  moveOn(tx, message, state, reason)
  if (isOpen(message.state) && !isOpen(state)) dropOldSettled(tx, 'messages', message)
}

/** The session of these messages ends: those that were not handed over expire. */
export const expireMessages = (tx: Transaction, sessionId: string): void => {
  const open = tx.list('messages', { openOf: sessionId })
  for (const message of open)
    moveOn(tx, message, message.state === 'sending' ? 'unknown' : 'expired', 'The session has ended')
  dropOldEnded(tx, 'messages', sessionId, open)
}

const moveOn = (tx: Transaction, message: Message, state: MessageState, reason: string | undefined) => {
  const { reason: _before, ...rest } = message
  tx.put('messages', {
    ...rest,
    state,
    ...(reason && { reason }),
    ...(state === 'delivered' && { deliveredAt: tx.now }),
  })
  tx.emitState('message:updated', message.id)
}
