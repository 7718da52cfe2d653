import * as z from 'zod'
import { LastClaim, reportedEpoch, TaskClaim } from './claim'
import {
  acceptLegacyValues,
  anyText,
  clearable,
  optionalOnCreate,
  reference,
  requiredText,
  rewritingBody,
  timestamp,
  timestampOrNull,
} from './fields'
import { references, texts } from './lists'
import { TimelineType } from './timeline'

export const TaskStatus = z.enum(['todo', 'in_progress', 'in_review', 'completed', 'cancelled', 'blocked'])
export const TaskSessionStatus = z.enum([
  'queued',
  'working',
  'needs_input',
  'blocked',
  'completed',
  'failed',
  'skipped',
])
export const TaskPriority = z.enum(['low', 'medium', 'high'])
/** Agents have words of their own for their models. */
export const Model = requiredText(100)

/** Values of version 1.0 that clients and stored files still use, to those of this version. */
export const legacyTaskStatuses = { pending: 'todo' }

const title = requiredText(500)
const dueDate = z.iso.date()
const externalId = requiredText(200)
const criteria = texts()

const docs = {
  title: { description: 'What is to be done, in a line', examples: ['Add the login page'] },
  description: { description: 'What is to be done, at length', examples: ['With e-mail and password.'] },
  parentId: {
    description: 'Parent task in the same project; null: a root task',
    examples: ['task_1738713700000_q1w2e3r4t'],
  },
  status: { description: 'Owned by users and orchestrators', examples: ['todo'] },
  sessionStatus: { description: 'What the session working on it says', examples: ['working'] },
  priority: { description: 'How urgent it is', examples: ['medium'] },
  initialPrompt: {
    description: 'The agent’s first prompt, before the task itself',
    examples: ['Start with the tests.'],
  },
  skillIds: { description: 'Skills that the work needs', examples: [['maestro-worker']] },
  agentIds: { description: 'Agents meant for it', examples: [['claude']] },
  sessionIds: {
    description: 'Sessions that work on it; kept in step with their taskIds',
    examples: [['sess_1738713800000_m4n5o6p7q']],
  },
  dependencies: {
    description: 'Tasks that this one waits for',
    examples: [['task_1738713700000_p9q2r5t8w']],
  },
  model: { description: 'Model that the work needs', examples: ['sonnet'] },
  dueDate: { description: 'Day by which it is to be done, YYYY-MM-DD', examples: ['2026-03-01'] },
  externalId: {
    description: 'Whose task it is elsewhere; unique in its project',
    examples: ['APP-12'],
  },
  acceptanceCriteria: { description: 'When it counts as done', examples: [['The tests pass']] },
  claim: {
    description: 'The session that has claimed it; absent: none has',
    examples: [{ sessionId: 'sess_1738713800000_m4n5o6p7q', epoch: 1, since: 1738713800000 }],
  },
  lastClaim: {
    description: 'What is kept of its last claim, so that the next one has a higher epoch',
    examples: [{ epoch: 1 }],
  },
  attempts: { description: 'How many sessions were lost while they had claimed it', examples: [1] },
}

export const Task = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the task', examples: ['task_1738713700000_p9q2r5t8w'] }),
    projectId: z
      .string()
      .meta({ description: 'Project it belongs to', examples: ['proj_1738713600000_x7k9m2p4q'] }),
    parentId: z.string().nullable().meta(docs.parentId),
    title: title.meta(docs.title),
    description: anyText().meta(docs.description),
    status: TaskStatus.meta(docs.status),
    sessionStatus: TaskSessionStatus.optional().meta(docs.sessionStatus),
    priority: TaskPriority.meta(docs.priority),
    createdAt: timestamp('When the task was created'),
    updatedAt: timestamp('When the task last changed'),
    startedAt: timestampOrNull('When it was first in_progress'),
    completedAt: timestampOrNull('When it was first completed'),
    initialPrompt: anyText().meta(docs.initialPrompt),
    sessionIds: z.array(z.string()).meta(docs.sessionIds),
    skillIds: z.array(z.string()).meta(docs.skillIds),
    agentIds: z.array(z.string()).meta(docs.agentIds),
    dependencies: z.array(z.string()).meta(docs.dependencies),
    model: Model.optional().meta(docs.model),
    dueDate: dueDate.optional().meta(docs.dueDate),
    externalId: externalId.optional().meta(docs.externalId),
    acceptanceCriteria: criteria.optional().meta(docs.acceptanceCriteria),
    claim: TaskClaim.optional().meta(docs.claim),
    lastClaim: LastClaim.optional().meta(docs.lastClaim),
    attempts: z.int().min(0).optional().meta(docs.attempts),
  })
  .meta({ title: 'Task', description: 'A piece of work in a project' })

export const CreateTaskRequest = z
  .object({
    projectId: reference().meta({
      description: 'Project it belongs to',
      examples: ['proj_1738713600000_x7k9m2p4q'],
    }),
    title: title.meta(docs.title),
    parentId: optionalOnCreate(reference()).meta(docs.parentId),
    description: optionalOnCreate(anyText()).meta(docs.description),
    priority: optionalOnCreate(TaskPriority).meta(docs.priority),
    initialPrompt: optionalOnCreate(anyText()).meta(docs.initialPrompt),
    skillIds: optionalOnCreate(references()).meta(docs.skillIds),
    agentIds: optionalOnCreate(references()).meta(docs.agentIds),
    dependencies: optionalOnCreate(references()).meta(docs.dependencies),
    model: optionalOnCreate(Model).meta(docs.model),
    dueDate: optionalOnCreate(dueDate).meta(docs.dueDate),
    externalId: optionalOnCreate(externalId).meta(docs.externalId),
    acceptanceCriteria: optionalOnCreate(criteria).meta(docs.acceptanceCriteria),
  })
  .meta({ title: 'CreateTaskRequest', description: 'Body of POST /api/tasks' })

const updatable = z.object({
  title: title.optional().meta(docs.title),
  description: clearable(anyText()).meta(docs.description),
  status: acceptLegacyValues(legacyTaskStatuses, TaskStatus.optional()).meta(docs.status),
  sessionStatus: clearable(TaskSessionStatus).meta(docs.sessionStatus),
  priority: clearable(TaskPriority).meta(docs.priority),
  parentId: clearable(reference()).meta(docs.parentId),
  initialPrompt: clearable(anyText()).meta(docs.initialPrompt),
  skillIds: clearable(references()).meta(docs.skillIds),
  agentIds: clearable(references()).meta(docs.agentIds),
  dependencies: clearable(references()).meta(docs.dependencies),
  model: clearable(Model).meta(docs.model),
  dueDate: clearable(dueDate).meta(docs.dueDate),
  externalId: clearable(externalId).meta(docs.externalId),
  acceptanceCriteria: clearable(criteria).meta(docs.acceptanceCriteria),
  sessionIds: references().optional().meta(docs.sessionIds),
  updateSource: z
    .enum(['user', 'session'])
    .optional()
    .meta({ description: 'session: only sessionStatus is changed', examples: ['user'] }),
  sessionId: clearable(z.string()).meta({
    description: 'The session that reports',
    examples: ['sess_1738713800000_m4n5o6p7q'],
  }),
  epoch: reportedEpoch(),
})

/** An update from a session changes only `sessionStatus`: other fields are dropped before validation. */
const keepSessionStatusOnly = (body: Record<string, unknown>) => {
  const { updateSource, sessionStatus, sessionId, epoch } = body
  return updateSource === 'session' ? { updateSource, sessionStatus, sessionId, epoch } : body
}

export const UpdateTaskRequest = rewritingBody(keepSessionStatusOnly, updatable).meta({
  title: 'UpdateTaskRequest',
  description: 'Body of PATCH /api/tasks/{id}; absent fields keep their value, null clears an optional one',
})

export const TaskTimelineRequest = z
  .object({
    message: requiredText().meta({ description: 'What happened', examples: ['Halfway there'] }),
    sessionId: reference().meta({
      description: 'Session in whose timeline it is noted',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
    type: optionalOnCreate(TimelineType).meta({
      description: 'Kind of entry; default progress',
      examples: ['progress'],
    }),
  })
  .meta({ title: 'TaskTimelineRequest', description: 'Body of POST /api/tasks/{id}/timeline' })

export const TaskTimelineResponse = z
  .object({
    success: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    taskId: z.string().meta({ description: 'The task', examples: ['task_1738713700000_p9q2r5t8w'] }),
    sessionId: z.string().meta({ description: 'The session', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    message: z.string().meta({ description: 'What happened', examples: ['Halfway there'] }),
    type: TimelineType.meta({ description: 'Kind of entry', examples: ['progress'] }),
  })
  .meta({ title: 'TaskTimelineResponse', description: 'What was noted in the session' })

export type Task = z.infer<typeof Task>
export type TaskStatus = z.infer<typeof TaskStatus>
export type TaskPriority = z.infer<typeof TaskPriority>
export type TaskSessionStatus = z.infer<typeof TaskSessionStatus>
export type Model = z.infer<typeof Model>
export type CreateTaskRequest = z.infer<typeof CreateTaskRequest>
export type UpdateTaskRequest = z.infer<typeof UpdateTaskRequest>
export type TaskTimelineRequest = z.infer<typeof TaskTimelineRequest>
export type TaskTimelineResponse = z.infer<typeof TaskTimelineResponse>
