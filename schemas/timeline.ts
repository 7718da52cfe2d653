import * as z from 'zod'
import { anyObject, optionalOnCreate, reference, requiredText, timestamp } from './fields'

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

const said = {
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
    id: z.string().meta(said.id),
    type: TimelineType.meta(said.type),
    timestamp: timestamp('When it happened'),
    message: z.string().optional().meta(said.message),
    taskId: z.string().optional().meta(said.taskId),
    metadata: anyObject().optional().meta(said.metadata),
  })
  .meta({ title: 'SessionTimelineEvent', description: 'An entry of a session’s timeline' })

export const SessionEvent = z
  .looseObject({
    id: z.string().meta(said.id),
    timestamp: timestamp('When it happened'),
    type: z.string().meta(said.eventType),
    data: z.unknown().optional().meta(said.data),
  })
  .meta({ title: 'SessionEvent', description: 'An event that a session’s client recorded' })

/** A timeline entry as a client sends it: what the server can make may be left out. */
export const TimelineEntryInput = z.object({
  id: optionalOnCreate(reference()).meta(said.id),
  timestamp: optionalOnCreate(timestamp('When it happened')),
  type: TimelineType.meta(said.type),
  message: optionalOnCreate(z.string()).meta(said.message),
  taskId: optionalOnCreate(reference()).meta(said.taskId),
  metadata: optionalOnCreate(anyObject()).meta(said.metadata),
})

/** An event as a client sends it. */
export const SessionEventInput = z.object({
  id: optionalOnCreate(reference()).meta(said.id),
  timestamp: optionalOnCreate(timestamp('When it happened')),
  type: requiredText().meta(said.eventType),
  data: z.unknown().optional().meta(said.data),
})

export const AddSessionEventRequest = z
  .object({
    type: requiredText().meta(said.eventType),
    data: z.unknown().optional().meta(said.data),
  })
  .meta({ title: 'AddSessionEventRequest', description: 'Body of POST /api/sessions/{id}/events' })

export const AddSessionTimelineRequest = z
  .object({
    message: requiredText().meta(said.message),
    type: optionalOnCreate(TimelineType).meta(said.type),
    taskId: optionalOnCreate(reference()).meta(said.taskId),
    metadata: optionalOnCreate(anyObject()).meta(said.metadata),
  })
  .meta({ title: 'AddSessionTimelineRequest', description: 'Body of POST /api/sessions/{id}/timeline' })

export type TimelineType = z.infer<typeof TimelineType>
export type SessionTimelineEvent = z.infer<typeof SessionTimelineEvent>
export type SessionEvent = z.infer<typeof SessionEvent>
export type TimelineEntryInput = z.infer<typeof TimelineEntryInput>
export type SessionEventInput = z.infer<typeof SessionEventInput>
export type AddSessionEventRequest = z.infer<typeof AddSessionEventRequest>
export type AddSessionTimelineRequest = z.infer<typeof AddSessionTimelineRequest>
