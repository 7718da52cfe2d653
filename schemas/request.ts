import * as z from 'zod'
import { leniency, optionalOnCreate, reference, requiredText, textOfBytes, timestamp } from './fields'
import { objectsOf } from './lists'

export const RequestKind = z.enum(['approval', 'question', 'stall', 'limit', 'budget'])
export const RequestState = z.enum(['open', 'answered', 'withdrawn'])

const OptionEffect = z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always', 'other'])

const maxTitleLength = 500
const maxDetailBytes = 16 * 1024
const maxAnswerBytes = 64 * 1024
const maxOptions = 20

const docs = {
  kind: { description: 'What it waits for', examples: ['question'] },
  title: { description: 'What is asked, in a sentence', examples: ['Which date format?'] },
  detail: { description: 'What one needs to know to answer', examples: ['The old pages have 2026-03-01'] },
  options: {
    description: 'The answers to choose from',
    examples: [[{ id: 'iso', label: '2026-03-01', effect: 'other' }]],
  },
  taskId: { description: 'Task that it is about', examples: ['task_1738713700000_p9q2r5t8w'] },
  optionId: { description: 'Id of the option that was chosen', examples: ['iso'] },
  text: { description: 'An answer in words', examples: ['As the old pages have it'] },
}

const optionFields = {
  id: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'Its name within the request', examples: ['iso'] }),
  label: requiredText(500).meta({ description: 'What a person reads', examples: ['2026-03-01'] }),
  effect: OptionEffect.meta({ description: 'What choosing it does', examples: ['other'] }),
}

/** A blank id, which one may find in what an earlier version has stored, nobody can choose. */
const RequestOption = z.object({
  ...optionFields,
  id: optionFields.id.regex(/\S/, { error: ({ path }) => `${path?.join('.')} is required` }),
})

const RequestAnswer = z.looseObject({
  optionId: z.string().optional().meta(docs.optionId),
  text: z.string().optional().meta(docs.text),
  by: z.string().meta({ description: 'Who answered', examples: ['user'] }),
  at: timestamp('When'),
})

export const InboxRequest = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the request', examples: ['req_1738713900000_q1w2e3r4t'] }),
    sessionId: z
      .string()
      .meta({ description: 'Session that waits', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    projectId: z
      .string()
      .meta({ description: 'Project of the session', examples: ['proj_1738713600000_x7k9m2p4q'] }),
    taskId: z.string().optional().meta(docs.taskId),
    kind: RequestKind.meta(docs.kind),
    title: z.string().meta(docs.title),
    detail: z.string().optional().meta(docs.detail),
    options: z.array(z.looseObject(optionFields)).meta(docs.options),
    state: RequestState.meta({ description: 'Whether it still waits', examples: ['open'] }),
    answer: RequestAnswer.optional().meta({
      description: 'What was answered',
      examples: [{ optionId: 'iso', by: 'user', at: 1738713960000 }],
    }),
    deliveredAt: timestamp('When the agent had the answer').optional(),
    outlivesSession: z
      .literal(true)
      .optional()
      .meta({
        description: 'It is about its task, and stays open though its session has ended',
        examples: [true],
      }),
    createdAt: timestamp('When it was asked'),
    updatedAt: timestamp('When it last changed'),
  })
  .meta({ title: 'Request', description: 'What a session asks of a person, and waits for' })

export const CreateInboxRequest = z
  .object({
    kind: RequestKind.meta(docs.kind),
    title: requiredText(maxTitleLength).meta(docs.title),
    detail: optionalOnCreate(textOfBytes(maxDetailBytes)).meta(docs.detail),
    options: optionalOnCreate(objectsOf(RequestOption, maxOptions)).meta({
      ...docs.options,
      description: 'The answers to choose from; default: for budget, limit and stall: extend, continue, stop',
    }),
    taskId: optionalOnCreate(reference()).meta({
      ...docs.taskId,
      description: 'Task of the session that it is about; default: the one in processing, or the only one',
    }),
  })
  .refine(({ options = [] }) => new Set(options.map(({ id }) => id)).size === options.length, {
    path: ['options'],
    error: 'options must have ids that differ',
  })
  .meta({ title: 'CreateRequestRequest', description: 'Body of POST /api/sessions/{id}/requests' })

/** A text that is blank says nothing. */
const answerInWords = z
  .preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : (value ?? undefined)),
    textOfBytes(maxAnswerBytes).optional(),
  )
  .register(leniency, { nullIsAbsent: true })

export const AnswerInboxRequest = z
  .object({
    optionId: optionalOnCreate(reference()).meta(docs.optionId),
    text: answerInWords.meta(docs.text),
    by: optionalOnCreate(requiredText(100)).meta({
      description: 'Name of the person who answers; default: user',
      examples: ['Ada'],
    }),
  })
  .refine(({ optionId, text }) => optionId !== undefined || text !== undefined, {
    path: ['optionId'],
    error: 'optionId or text is required',
  })
  .meta({
    title: 'AnswerRequestRequest',
    description: 'Body of POST /api/requests/{id}/answer',
    if: { required: ['optionId'], properties: { optionId: { type: 'string' } } },
    else: { required: ['text'], properties: { text: { type: 'string', pattern: '\\S' } } },
  })

export type RequestKind = z.infer<typeof RequestKind>
export type RequestOption = z.infer<typeof RequestOption>
export type InboxRequest = z.infer<typeof InboxRequest>
export type CreateInboxRequest = z.infer<typeof CreateInboxRequest>
export type AnswerInboxRequest = z.infer<typeof AnswerInboxRequest>
