/** Shared work: what is ready, what waits and why, and who has claimed what. */
import * as z from 'zod'
import { optionalOnCreate, reference, timestamp } from './fields'

const docs = {
  taskId: { description: 'The task', examples: ['task_1738713700000_p9q2r5t8w'] },
  sessionId: { description: 'The session that has claimed it', examples: ['sess_1738713800000_m4n5o6p7q'] },
  epoch: { description: 'Which claim of the task it is: it grows with each', examples: [1] },
}

const Epoch = z.int().min(1)

/** What a report may say: that it is about this claim. */
export const reportedEpoch = () =>
  optionalOnCreate(Epoch).meta({
    description: 'Of a task that was claimed: which claim this is about; refused if that has ended',
    examples: [1],
  })

export const TaskClaim = z
  .looseObject({
    sessionId: z.string().meta(docs.sessionId),
    epoch: Epoch.meta(docs.epoch),
    since: timestamp('When it was claimed'),
  })
  .meta({ title: 'TaskClaim', description: 'Which session works on a task, alone' })

/** What is left of the last claim of a task when it has ended. */
export const LastClaim = z.looseObject({
  epoch: Epoch.meta({ description: 'Which claim of the task it was', examples: [1] }),
  joined: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the claim put the task into the session', examples: [true] }),
})

/** How many sessions may be lost on a task before a person is asked. */
export const maxLostSessions = 3

const ReasonKind = z.enum(['dependency', 'child', 'claimed', 'session', 'status', 'outcome'])

export const WaitReason = z
  .object({
    kind: ReasonKind.meta({ description: 'What it waits for', examples: ['dependency'] }),
    id: z
      .string()
      .optional()
      .meta({ description: 'The task or session that it waits for', examples: [docs.taskId.examples[0]] }),
    message: z.string().meta({
      description: 'The same as a sentence',
      examples: ['It waits for "Add the login page", which is in_progress'],
    }),
  })
  .meta({ title: 'WaitReason', description: 'Why a task cannot be started now' })

const reasons = z.array(WaitReason).meta({
  description: 'Why it cannot be started now: at most 20, the last of which says how many more there are',
  examples: [[{ kind: 'status', message: 'It is blocked' }]],
})

/** A task that waits, in short. */
export const WaitingTask = z
  .object({
    task: z
      .object({
        id: z.string().meta(docs.taskId),
        title: z.string().meta({ description: 'What is to be done', examples: ['Add the login page'] }),
      })
      .meta({ description: 'The task', examples: [{ id: docs.taskId.examples[0], title: 'Add a page' }] }),
    reasons,
  })
  .meta({ title: 'WaitingTask', description: 'A task that waits, and why' })

export const waitReasons = reasons

/** A request may wait for so many seconds at most: proxies end what takes a minute. */
export const maxWaitSeconds = 50

const sessionId = optionalOnCreate(reference()).meta({
  description: 'The session that works on it; may be left out where its token is shown',
  examples: docs.sessionId.examples,
})

export const ClaimTaskRequest = z
  .object({ sessionId })
  .meta({ title: 'ClaimTaskRequest', description: 'Body of POST /api/tasks/{id}/claim' })

export const ClaimNextRequest = z
  .object({
    sessionId,
    projectId: optionalOnCreate(reference()).meta({
      description: 'Only tasks of this project; default: that of the session',
      examples: ['proj_1738713600000_x7k9m2p4q'],
    }),
    under: optionalOnCreate(reference()).meta({
      description: 'Only tasks below this one',
      examples: docs.taskId.examples,
    }),
    waitSeconds: optionalOnCreate(z.int().min(0).max(maxWaitSeconds)).meta({
      description: 'Where none is ready: for how long to wait until one is, 0 to 50; default 0',
      examples: [30],
    }),
  })
  .meta({ title: 'ClaimNextRequest', description: 'Body of POST /api/tasks/claim-next' })

export const ReleaseOutcome = z.enum(['completed', 'failed', 'blocked'])

export const ReleaseTaskRequest = z
  .object({
    sessionId,
    epoch: reportedEpoch(),
    outcome: optionalOnCreate(ReleaseOutcome).meta({
      description: 'What became of it; without one it is given back, for anybody',
      examples: ['completed'],
    }),
    message: optionalOnCreate(z.string().trim().max(65_536)).meta({
      description: 'For the session’s timeline',
      examples: ['Retry added; npm test passes'],
    }),
    review: optionalOnCreate(z.boolean()).meta({
      description: 'With outcome completed: a person looks at it first (status in_review)',
      examples: [false],
    }),
    force: optionalOnCreate(z.boolean()).meta({
      description: 'Takes it away from whichever session has it; a session may not',
      examples: [false],
    }),
  })
  .refine(({ review, outcome }) => !review || outcome === 'completed', {
    path: ['review'],
    error: 'review goes with outcome "completed"',
  })
  .meta({
    title: 'ReleaseTaskRequest',
    description: 'Body of POST /api/tasks/{id}/release',
    if: { required: ['review'], properties: { review: { const: true } } },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so.
    then: { required: ['outcome'], properties: { outcome: { const: 'completed' } } },
  })

export type TaskClaim = z.infer<typeof TaskClaim>
export type WaitReason = z.infer<typeof WaitReason>
export type WaitingTask = z.infer<typeof WaitingTask>
export type ClaimTaskRequest = z.infer<typeof ClaimTaskRequest>
export type ClaimNextRequest = z.infer<typeof ClaimNextRequest>
export type ReleaseOutcome = z.infer<typeof ReleaseOutcome>
export type ReleaseTaskRequest = z.infer<typeof ReleaseTaskRequest>
