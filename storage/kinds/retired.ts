import { RetiredSession } from '../../schemas/retired-session'
import { defineKind } from './kind'

/** That a session which nobody spawned is deleted: it has the id of that session. */
export const retired = defineKind({
  schema: RetiredSession,
  id: (session) => session.id,
  createdAt: (session) => session.deletedAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  subject: () => ({}),
})
