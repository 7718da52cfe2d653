import type { KeptAnswer } from '../../schemas/answer'
import type { Documents } from '../documents'
import type { Transaction } from '../transaction'

/** What tells a repeat of a request from another request. */
export type Repeat = Pick<KeptAnswer, 'id' | 'content'>

/** For so long a repeat is answered as the first time: the contract says 24 hours. */
const keptForMs = 24 * 60 * 60 * 1000
/** The contract says that so many of a workspace stay. */
const maxAnswers = 10_000
/** With each new one at most so many old ones go: so they become fewer, and none pays for all. */
const maxRemoved = 4

/** The answer that is kept under an id, unless its time is over. */
export const findAnswer = (documents: Documents, id: string, now: number): KeptAnswer | undefined => {
  const entry = documents.get('answers', id)
  return entry && !isOver(entry.created, now) ? entry.read() : undefined
}

/** Keeps an answer in the change that it tells of; the oldest go. */
export const keepAnswer = (tx: Transaction, answer: Omit<KeptAnswer, 'createdAt'>): void => {
  const excess = tx.count('answers') + 1 - maxAnswers
  tx.oldestIds('answers', maxRemoved).forEach(({ id, created }, index) => {
    if (index < excess || isOver(created, tx.now)) tx.remove('answers', id)
  })
  tx.put('answers', { ...answer, createdAt: tx.now })
}

const isOver = (created: number, now: number) => created <= now - keptForMs
