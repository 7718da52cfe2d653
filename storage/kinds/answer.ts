import { KeptAnswer } from '../../schemas/answer'
import { defineKind } from './kind'

/** Answers that are kept for repeats of their requests. */
export const answers = defineKind({
  schema: KeptAnswer,
  id: (answer) => answer.id,
  createdAt: (answer) => answer.createdAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  subject: () => ({}),
})
