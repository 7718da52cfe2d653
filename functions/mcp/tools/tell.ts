import * as z from 'zod'
import { CreateMessageRequest } from '../../../schemas/message'
import { brief } from '../brief'
import { tool } from '../tool'

const { text, mode, key } = CreateMessageRequest.shape

export const tell = tool({
  name: 'tell',
  description: 'Tell the agent of a session something.',
  isForOrchestrators: true,
  operations: ['messages.create'],
  input: z.object({
    sessionId: z.string().min(1),
    text: text.meta({ description: '' }),
    mode: mode.meta({ description: 'steer: into its turn; queue (default): after it' }),
    key: key.meta({ description: 'Yours: sent again with it, it is told once' }),
  }),
  async run({ call }, { sessionId: id, ...body }) {
    const {
      id: messageId,
      sessionId,
      state,
    } = brief((await call('messages.create', { params: { id }, body })).body)
    return { messageId, sessionId, state }
  },
})
