/** OpenAI Responses: codex. */
import { callFor, nextId, resetAt, textOf, wrongKey } from './tools.mjs'

const usage = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 40,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1240,
}

const isOwn = ({ type, role }) =>
  role === 'assistant' || type === 'function_call' || type === 'custom_tool_call'

const itemOf = (call, step) => {
  if (!call)
    return {
      type: 'message',
      id: nextId('msg'),
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: step.say ?? '', annotations: [] }],
    }
  const ids = { call_id: nextId('call'), name: call.name, status: 'completed' }
  return typeof call.input === 'string'
    ? { type: 'custom_tool_call', id: nextId('ctc'), ...ids, input: call.input }
    : {
        type: 'function_call',
        id: nextId('fc'),
        ...ids,
        ...(call.namespace && { namespace: call.namespace }),
        arguments: JSON.stringify(call.input),
      }
}

/** Those of an MCP server stand together, in a tool of the server's name. */
const definitionsIn = ({ name, type, parameters, tools }) =>
  type === 'namespace'
    ? (tools ?? []).map((tool) => ({ name: tool.name, parameters: tool.parameters, namespace: name }))
    : [{ name: name ?? type, parameters, isFreeform: type === 'custom' }]

export const responses = {
  name: 'responses',
  matches: (path) => path.endsWith('/responses'),
  read: ({ input = [], tools = [], instructions = '', stream }) => {
    const items = Array.isArray(input) ? input : [{ role: 'user', content: input }]
    return {
      streams: stream === true,
      tools: tools
        .flatMap(definitionsIn)
        .map(({ name, namespace }) => (namespace ? `${namespace}_${name}` : name)),
      definitions: tools.flatMap(definitionsIn),
      answered: items.filter(isOwn).length,
      said: {
        system: instructions,
        user: items.filter((item) => !isOwn(item)).map(({ content, output }) => textOf(content ?? output)),
      },
    }
  },
  answer: (step, { definitions }, { model }) => {
    const item = itemOf(callFor(step, definitions), step)
    const createdAt = Math.floor(Date.now() / 1000)
    const response = {
      id: nextId('resp'),
      object: 'response',
      created_at: createdAt,
      model,
      status: 'completed',
      output: [item],
      usage,
    }
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ]
    return { events: events.map((event) => [event.type, event]), whole: response }
  },
  fail: ({ limit, refuse }) =>
    limit === undefined
      ? wrongKey(refuse)
      : {
          status: 429,
          body: {
            error: {
              type: 'usage_limit_reached',
              message: 'The usage limit has been reached',
              plan_type: 'plus',
              resets_at: resetAt(limit),
              resets_in_seconds: limit,
            },
          },
        },
}
