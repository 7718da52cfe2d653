import { KeptBeat } from '../../schemas/heartbeat'
import { defineKind } from './kind'

/** That a session beats: it has the id of its session. */
export const beats = defineKind({
  schema: KeptBeat,
  id: (beat) => beat.id,
  createdAt: (beat) => beat.createdAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  subject: () => ({}),
})
