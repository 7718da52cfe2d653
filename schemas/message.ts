import * as z from 'zod'
import { acceptLegacyValues, optionalOnCreate, textOfBytes, timestamp } from './fields'

export const MessageState = z.enum(['queued', 'sending', 'delivered', 'refused', 'expired', 'unknown'])

const MessageMode = z.enum(['steer', 'queue'])

const maxTextBytes = 64 * 1024

const docs = {
  text: { description: 'What is said, as it is', examples: ['Leave the old pages as they are'] },
  mode: {
    description:
      'steer: into the turn that runs, where the agent can, else when it ends; queue (the default): when it ends',
    examples: ['steer'],
  },
  state: { description: 'How far it has come', examples: ['delivered'] },
  reason: { description: 'Why it was not delivered', examples: ['The agent takes no messages'] },
  key: { description: 'A text of the sender’s own: sent again with it, it is sent once', examples: ['a1'] },
}

export const Message = z
  .looseObject({
    id: z.string().meta({ description: 'Id of the message', examples: ['msg_1738713900000_z9y8x7w6v'] }),
    sessionId: z
      .string()
      .meta({ description: 'Session that it is for', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    from: z.string().meta({ description: 'user, or the session that sent it', examples: ['user'] }),
    text: z
      .string()
      .optional()
      .meta({ ...docs.text, description: 'What is said, as it is; absent of an interruption' }),
    mode: z.enum([...MessageMode.options, 'interrupt']).meta({
      ...docs.mode,
      description: 'When it reaches the agent; interrupt: it ends the turn that runs, and says nothing',
    }),
    state: MessageState.meta(docs.state),
    reason: z.string().optional().meta(docs.reason),
    createdAt: timestamp('When it was sent'),
    deliveredAt: timestamp('When the agent had it').optional(),
    key: z.string().optional().meta(docs.key),
  })
  .meta({ title: 'Message', description: 'What a running agent is told' })

/** A text that says something; not trimmed. */
const text = textOfBytes(maxTextBytes).refine((text) => text.trim() !== '', {
  error: ({ path }) => `${path?.join('.')} is required`,
})

/** As JSON Schema: a text is not blank. */
const notBlank = { minLength: 1, pattern: '\\S' }

export const CreateMessageRequest = z
  .object({
    text: text.meta({ ...docs.text, ...notBlank }),
    mode: optionalOnCreate(MessageMode).meta(docs.mode),
    key: optionalOnCreate(z.string().min(1).max(200)).meta(docs.key),
  })
  .meta({ title: 'CreateMessageRequest', description: 'Body of POST /api/sessions/{id}/messages' })

export const UpdateMessageRequest = z
  .object({
    state: MessageState.meta(docs.state),
    reason: optionalOnCreate(z.string().trim().max(2000)).meta(docs.reason),
  })
  .meta({
    title: 'UpdateMessageRequest',
    description:
      'Body of PATCH /api/messages/{id}: how far it has come, from the program that drives the agent',
  })

/** The words of other programs. */
const promptModes = { send: 'queue', paste: 'queue' }

export const PromptRequest = z
  .object({
    content: text.meta({ ...docs.text, ...notBlank }),
    mode: acceptLegacyValues(promptModes, optionalOnCreate(MessageMode)).meta(docs.mode),
    senderSessionId: optionalOnCreate(z.string()).meta({
      description: 'Session that says it; ignored if there is none',
      examples: ['sess_1738713800000_m4n5o6p7q'],
    }),
  })
  .meta({ title: 'PromptRequest', description: 'Body of POST /api/sessions/{id}/prompt' })

export const PromptResponse = z
  .object({
    success: z.literal(true).meta({ description: 'Always true', examples: [true] }),
    messageId: z
      .string()
      .meta({ description: 'Id of the message', examples: ['msg_1738713900000_z9y8x7w6v'] }),
  })
  .meta({ title: 'PromptResponse', description: 'What was said' })

export type Message = z.infer<typeof Message>
export type MessageState = z.infer<typeof MessageState>
export type CreateMessageRequest = z.infer<typeof CreateMessageRequest>
export type UpdateMessageRequest = z.infer<typeof UpdateMessageRequest>
export type PromptRequest = z.infer<typeof PromptRequest>
export type PromptResponse = z.infer<typeof PromptResponse>
