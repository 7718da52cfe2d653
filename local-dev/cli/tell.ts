import { CreateMessageRequest } from '../../schemas/message'
import { defineCommand } from './command'
import { fieldsFrom, flagsOf, requestOf } from './fields'
import { sentence } from './format'

const { shape } = CreateMessageRequest
const fields = ['mode', 'key']

export const command = defineCommand({
  about: 'Tell a running agent something: when its turn ends, or with --mode steer in the middle of it',
  example: "maestro tell sess_1 'Leave the old pages as they are' --mode steer",
  args: {
    session: { type: 'positional', required: true, description: 'The session' },
    text: { type: 'positional', required: true, valueHint: 'TEXT', description: 'What it is told' },
    ...flagsOf(shape, fields),
  },
  ids: { session: 'session' },
  async run({ args, client, values }) {
    const given = { text: args.text, ...fieldsFrom(values, shape, fields) }
    const body = requestOf(CreateMessageRequest, given, ['text'])
    const message = await client.messages.create(String(args.session), body)
    return {
      json: message,
      text: sentence(`Told ${message.sessionId} (${message.id}): ${message.state}`),
    }
  },
})
