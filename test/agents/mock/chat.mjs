/** OpenAI chat completions: opencode and qwen. */
import { callFor, nextId, textOf, wrongKey } from './tools.mjs'

const usage = { prompt_tokens: 1200, completion_tokens: 40, total_tokens: 1240 }

export const chat = {
  name: 'chat',
  matches: (path) => path.endsWith('/chat/completions'),
  read: ({ messages = [], tools = [], stream }) => {
    const texts = (...roles) =>
      messages.filter(({ role }) => roles.includes(role)).map(({ content }) => textOf(content))
    return {
      streams: stream === true,
      tools: tools.map((tool) => tool.function.name),
      definitions: tools.map((tool) => tool.function),
      answered: messages.filter(({ role }) => role === 'assistant').length,
      said: { system: texts('system', 'developer').join('\n'), user: texts('user', 'tool') },
    }
  },
  answer: (step, { definitions }, { model }) => {
    const call = callFor(step, definitions)
    const message = call
      ? {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              index: 0,
              id: nextId('call'),
              type: 'function',
              function: { name: call.name, arguments: JSON.stringify(call.input) },
            },
          ],
        }
      : { role: 'assistant', content: step.say ?? '' }
    const finishReason = call ? 'tool_calls' : 'stop'
    const base = { id: nextId('chatcmpl'), created: Math.floor(Date.now() / 1000), model }
    const chunk = (delta, reason) => ({
      ...base,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
    })
    return {
      events: [
        chunk(message, null),
        chunk({}, finishReason),
        { ...base, object: 'chat.completion.chunk', choices: [], usage },
        '[DONE]',
      ].map((data) => [undefined, data]),
      whole: {
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: finishReason }],
        usage,
      },
    }
  },
  fail: ({ limit, refuse }) =>
    limit === undefined
      ? wrongKey(refuse)
      : {
          status: 429,
          body: {
            error: {
              type: 'insufficient_quota',
              code: 'insufficient_quota',
              message: 'You exceeded your current quota',
            },
          },
          headers: { 'retry-after': String(limit) },
        },
}
