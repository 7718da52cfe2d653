import * as z from 'zod'
import { optionalOnCreate, reference, requiredText, timestamp } from './fields'
import { anyObject } from './lists'

export const TimelineType = z.enum([
  'session_started',
  'session_stopped',
  'task_started',
  'task_completed',
  'task_failed',
  'task_skipped',
  'task_blocked',
  'needs_input',
  'progress',
  'error',
  'milestone',
  'task_status_changed',
])

const docs = {
  id: { description: 'Id of the entry', examples: ['evt_1738713800000_a1b2c3d4e'] },
  type: { description: 'Kind of entry', examples: ['progress'] },
  message: { description: 'What happened', examples: ['Tests pass'] },
  taskId: { description: 'Task it is about', examples: ['task_1738713700000_p9q2r5t8w'] },
  metadata: { description: 'Anything more', examples: [{ files: 3 }] },
  eventType: { description: 'Kind of event, any word', examples: ['tool_call'] },
  data: { description: 'Any JSON', examples: [{ tool: 'bash' }] },
}

export const SessionTimelineEvent = z
  .looseObject({
    id: z.string().meta(docs.id),
    type: TimelineType.meta(docs.type),
    timestamp: timestamp('When it happened'),
    message: z.string().optional().meta(docs.message),
    taskId: z.string().optional().meta(docs.taskId),
    metadata: anyObject().optional().meta(docs.metadata),
  })
  .meta({ title: 'SessionTimelineEvent', description: 'An entry of a session’s timeline' })

export const SessionEvent = z
  .looseObject({
    id: z.string().meta(docs.id),
    timestamp: timestamp('When it happened'),
    type: z.string().meta(docs.eventType),
    data: z.unknown().optional().meta(docs.data),
  })
  .meta({ title: 'SessionEvent', description: 'An event that a session’s client recorded' })

/** A timeline entry as a client sends it: what the server can make may be left out. */
export const TimelineEntryInput = z.object({
  id: optionalOnCreate(reference()).meta(docs.id),
  timestamp: optionalOnCreate(timestamp('When it happened')),
  type: TimelineType.meta(docs.type),
  message: optionalOnCreate(z.string()).meta(docs.message),
  taskId: optionalOnCreate(reference()).meta(docs.taskId),
  metadata: optionalOnCreate(anyObject()).meta(docs.metadata),
})

/** An event as a client sends it. */
export const SessionEventInput = z.object({
  id: optionalOnCreate(reference()).meta(docs.id),
  timestamp: optionalOnCreate(timestamp('When it happened')),
  type: requiredText().meta(docs.eventType),
  data: z.unknown().optional().meta(docs.data),
})

export const AddSessionEventRequest = z
  .object({
    type: requiredText().meta(docs.eventType),
    data: z.unknown().optional().meta(docs.data),
  })
  .meta({ title: 'AddSessionEventRequest', description: 'Body of POST /api/sessions/{id}/events' })

export const AddSessionTimelineRequest = z
  .object({
    message: requiredText().meta(docs.message),
    type: optionalOnCreate(TimelineType).meta(docs.type),
    taskId: optionalOnCreate(reference()).meta(docs.taskId),
    metadata: optionalOnCreate(anyObject()).meta(docs.metadata),
  })
  .meta({ title: 'AddSessionTimelineRequest', description: 'Body of POST /api/sessions/{id}/timeline' })

export type TimelineType = z.infer<typeof TimelineType>
export type SessionTimelineEvent = z.infer<typeof SessionTimelineEvent>
export type SessionEvent = z.infer<typeof SessionEvent>
export type TimelineEntryInput = z.infer<typeof TimelineEntryInput>
export type SessionEventInput = z.infer<typeof SessionEventInput>
export type AddSessionEventRequest = z.infer<typeof AddSessionEventRequest>
export type AddSessionTimelineRequest = z.infer<typeof AddSessionTimelineRequest>
