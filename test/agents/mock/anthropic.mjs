/** Anthropic Messages: claude. */
import { callFor, nextId, resetAt, textOf, toolSearch } from './tools.mjs'

const usage = {
  input_tokens: 1200,
  output_tokens: 40,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
}

/** Where claude was interrupted, it puts words of its own into the model's mouth; to look for a tool is no step of the script. */
const isAnswer = ({ role, content }) =>
  role === 'assistant' && !/^No response requested/.test(textOf(content)) && !isSearch(content)

const isSearch = (content) => Array.isArray(content) && content.some(({ name }) => name === toolSearch)

/** Tools of MCP servers that claude only names, a line each, until they are looked for. */
const namedTools = (messages) =>
  [...new Set(messages.flatMap(({ content }) => textOf(content).match(/^mcp__\w+$/gm) ?? []))].map(
    (name) => ({
      name,
      isDeferred: true,
    }),
  )

export const anthropic = {
  name: 'anthropic',
  matches: (path) => path.endsWith('/messages'),
  read: ({ messages = [], tools = [], system, stream }) => ({
    streams: stream === true,
    tools: tools.filter(({ input_schema }) => input_schema).map(({ name }) => name),
    named: namedTools(messages).map(({ name }) => name),
    definitions: [
      ...tools.map(({ name, input_schema }) => ({ name, parameters: input_schema })),
      ...namedTools(messages),
    ],
    answered: messages.filter(isAnswer).length,
    said: {
      system: textOf(system),
      user: messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content)),
    },
  }),
  answer: (step, { definitions }, { model }) => {
    const call = callFor(step, definitions)
    const block = call
      ? { type: 'tool_use', id: nextId('toolu'), name: call.name, input: call.input }
      : { type: 'text', text: step.say ?? '' }
    const stopReason = call ? 'tool_use' : 'end_turn'
    const message = {
      id: nextId('msg'),
      type: 'message',
      role: 'assistant',
      model,
      stop_sequence: null,
      usage,
    }
    const delta = call
      ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) }
      : { type: 'text_delta', text: block.text }
    const empty = call ? { ...block, input: {} } : { ...block, text: '' }
    const events = [
      { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: empty },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: stopReason, stop_sequence: null }, usage },
      { type: 'message_stop' },
    ]
    return {
      events: events.map((event) => [event.type, event]),
      whole: { ...message, content: [block], stop_reason: stopReason },
    }
  },
  fail: ({ limit, refuse }) =>
    limit === undefined
      ? {
          status: refuse,
          body: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
        }
      : {
          status: 429,
          body: { type: 'error', error: { type: 'rate_limit_error', message: 'Usage limit reached' } },
          headers: {
            'retry-after': String(limit),
            'anthropic-ratelimit-unified-status': 'rejected',
            'anthropic-ratelimit-unified-reset': String(resetAt(limit)),
          },
        },
}
