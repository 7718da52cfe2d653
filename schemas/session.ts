import * as z from 'zod'
import { agentDocs, agentFields, chosenFields, SessionWorkspace, Usage, UsageUpdate } from './agent'
import {
  acceptLegacyValues,
  clearable,
  leniency,
  optionalOnCreate,
  reference,
  requiredText,
  rewritingBody,
  timestamp,
  timestampOrNull,
} from './fields'
import { anyObject, objectsOf, references, textsByName } from './lists'
import { SessionEvent, SessionEventInput, SessionTimelineEvent, TimelineEntryInput } from './timeline'

export const Strategy = z.enum(['simple', 'queue', 'tree'])
export const SessionStatus = z.enum(['spawning', 'idle', 'working', 'completed', 'failed', 'stopped'])

/** Values of version 1.0 that clients and stored files still use, to those of this version. */
export const legacySessionStatuses = { running: 'working' }

const env = textsByName()
const maxNameLength = 200
const name = requiredText(maxNameLength)

const docs = {
  projectId: { description: 'Project it belongs to', examples: ['proj_1738713600000_x7k9m2p4q'] },
  taskIds: {
    description: 'Tasks it works on; kept in step with their sessionIds',
    examples: [['task_1738713700000_p9q2r5t8w']],
  },
  name: { description: 'Name of the session', examples: ['Worker for the login page'] },
  agentId: { description: 'Agent that runs it', examples: ['claude'] },
  env: { description: 'Environment of the agent', examples: [{ MAESTRO_STRATEGY: 'simple' }] },
  strategy: { description: 'How it goes through its tasks', examples: ['simple'] },
  status: { description: 'What it is doing', examples: ['working'] },
  events: {
    description: 'Events that its client recorded, append-only',
    examples: [[{ id: 'evt_1738713800000_a1b2c3d4e', timestamp: 1738713800000, type: 'tool_call' }]],
  },
  timeline: {
    description: 'What happened, for people, append-only',
    examples: [[{ id: 'evt_1738713800000_b2c3d4e5f', type: 'progress', timestamp: 1738713800000 }]],
  },
  metadata: { description: 'Anything more', examples: [{ role: 'worker' }] },
  endReason: { description: 'Why it ended, in a sentence', examples: ['claude ended with exit code 1'] },
  needsInput: {
    description: 'Whether it waits for a person',
    examples: [{ active: true, message: 'Which date format?' }],
  },
}

const total = (list: string) =>
  z
    .int()
    .min(0)
    .optional()
    .meta({
      description: `How many ${list} there are, where there are too many of either to send all along`,
      examples: [1200],
    })

const needsInputFields = {
  active: z.boolean().meta({ description: 'Whether it waits now', examples: [true] }),
  message: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'What it asks', examples: ['Which date format?'] }),
}

const NeedsInput = z.looseObject({
  ...needsInputFields,
  since: timestamp('Since when it waits').optional(),
})

const NeedsInputUpdate = z.object({
  ...needsInputFields,
  since: optionalOnCreate(timestamp('Since when it waits; default: now')),
})

export const Session = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the session', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    projectId: z.string().meta(docs.projectId),
    taskIds: z.array(z.string()).meta(docs.taskIds),
    name: z.string().meta(docs.name),
    agentId: z.string().optional().meta(docs.agentId),
    env: env.meta(docs.env),
    strategy: Strategy.meta(docs.strategy),
    status: SessionStatus.meta(docs.status),
    startedAt: timestamp('When it was created'),
    lastActivity: timestamp('When it last changed'),
    completedAt: timestampOrNull('When it ended'),
    hostname: z.string().meta({ description: 'Machine the server runs on', examples: ['ada-laptop'] }),
    platform: z.string().meta({ description: 'Its platform', examples: ['linux'] }),
    events: z.array(SessionEvent).meta(docs.events),
    timeline: z.array(SessionTimelineEvent).meta(docs.timeline),
    eventsTotal: total('events'),
    timelineTotal: total('timeline'),
    metadata: anyObject().nullable().meta(docs.metadata),
    parentSessionId: z
      .string()
      .nullable()
      .meta({
        description: 'The session that asked for it; null: a person did',
        examples: [null],
      }),
    ...chosenFields,
    usage: Usage.optional().meta(agentDocs.usage),
    workspace: SessionWorkspace.optional().meta(agentDocs.workspace),
    needsInput: NeedsInput.optional().meta(docs.needsInput),
    endReason: z.string().optional().meta(docs.endReason),
    run: timestamp('When it was last spawned; absent if nobody spawned it').optional(),
  })
  .meta({ title: 'Session', description: 'One run of an agent on some tasks' })

/** Ids a client may choose: they become file names. `spawn` is a path of the API. */
const chosenId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, { error: 'id must be 1 to 128 of A-Z a-z 0-9 _ -' })
  .refine((id) => id !== 'spawn', { error: 'id must not be "spawn"' })

/** `taskId: "x"` is the old spelling of `taskIds: ["x"]`. */
const acceptLegacyTaskId = (body: Record<string, unknown>) =>
  body.taskIds == null && body.taskId != null ? { ...body, taskIds: [body.taskId] } : body

/** As JSON Schema: a session is created with `taskIds`, or else with `taskId`. */
const taskIdsOrTaskId = {
  required: ['projectId'],
  if: { required: ['taskIds'], properties: { taskIds: { type: 'array' } } },
  else: { required: ['taskId'], properties: { taskId: { type: 'string', minLength: 1 } } },
}

/** A name that is blank is no name. */
const optionalName = z
  .preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : (value ?? undefined)),
    z.string().trim().max(maxNameLength).optional(),
  )
  .register(leniency, { nullIsAbsent: true })

export const CreateSessionRequest = rewritingBody(
  acceptLegacyTaskId,
  z.object({
    projectId: reference().meta(docs.projectId),
    taskIds: references().register(leniency, { nullIsAbsent: true }).meta(docs.taskIds),
    taskId: z
      .unknown()
      .optional()
      .meta({
        description: 'Old spelling of taskIds with one task in it; ignored beside taskIds',
        examples: ['task_1738713700000_p9q2r5t8w'],
      }),
    id: optionalOnCreate(chosenId).meta({
      description: 'Id chosen by the client; default: made by the server',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
    name: optionalName.meta(docs.name),
    agentId: optionalOnCreate(z.string()).meta(docs.agentId),
    strategy: optionalOnCreate(Strategy).meta(docs.strategy),
    status: acceptLegacyValues(legacySessionStatuses, optionalOnCreate(SessionStatus)).meta(docs.status),
    env: optionalOnCreate(env).meta(docs.env),
    metadata: optionalOnCreate(anyObject()).meta(docs.metadata),
    parentSessionId: optionalOnCreate(reference()).meta({
      description: 'The session that asked for it, which may be one that this server does not know',
      examples: ['sess_1738713800000_o1r2c3h4e'],
    }),
  }),
).meta({ title: 'CreateSessionRequest', description: 'Body of POST /api/sessions', ...taskIdsOrTaskId })

export const UpdateSessionRequest = z
  .object({
    taskIds: references().optional().meta(docs.taskIds),
    name: name.optional().meta(docs.name),
    status: acceptLegacyValues(legacySessionStatuses, SessionStatus.optional()).meta(docs.status),
    agentId: clearable(z.string()).meta(docs.agentId),
    env: clearable(env).meta({ ...docs.env, description: 'New environment, replacing the old one' }),
    events: objectsOf(SessionEventInput)
      .optional()
      .meta({ ...docs.events, description: 'Events to append' }),
    timeline: objectsOf(TimelineEntryInput)
      .optional()
      .meta({ ...docs.timeline, description: 'Timeline entries to append' }),
    metadata: clearable(anyObject()).meta({ ...docs.metadata, description: 'Merged by top-level key' }),
    agent: clearable(agentFields.agent).meta(agentDocs.agent),
    model: clearable(agentFields.model).meta({
      ...agentDocs.model,
      description: 'Model, from the agent’s next turn on',
    }),
    permissionMode: clearable(agentFields.permissionMode).meta({
      ...agentDocs.permissionMode,
      description: 'What the agent may do unasked, from the next question on',
    }),
    drive: clearable(agentFields.drive).meta(agentDocs.drive),
    budget: clearable(agentFields.budget).meta(agentDocs.budget),
    usage: clearable(UsageUpdate).meta({ ...agentDocs.usage, description: 'All that it has used so far' }),
    workspace: clearable(SessionWorkspace).meta(agentDocs.workspace),
    needsInput: clearable(NeedsInputUpdate).meta(docs.needsInput),
    endReason: clearable(requiredText(2000)).meta(docs.endReason),
  })
  .meta({
    title: 'UpdateSessionRequest',
    description: 'Body of PATCH /api/sessions/{id}; absent fields keep their value',
  })

export type Session = z.infer<typeof Session>
export type SessionStatus = z.infer<typeof SessionStatus>
export type Strategy = z.infer<typeof Strategy>
export type CreateSessionRequest = z.infer<typeof CreateSessionRequest>
export type UpdateSessionRequest = z.infer<typeof UpdateSessionRequest>
