/** Gemini's generateContent: gemini. */
import { callFor, textOf } from './tools.mjs'

/** Asked for JSON, as for a choice of models, it gives an object that such schemas take. */
const anyJson = JSON.stringify({
  reasoning: 'none',
  model_choice: 'flash',
  complexity_reasoning: 'none',
  complexity_score: 1,
})

export const gemini = {
  name: 'gemini',
  matches: (path) => /generateContent$/i.test(path),
  read: ({ contents = [], tools = [], systemInstruction, generationConfig }, path) => {
    const functions = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations)
    const wantsJson = generationConfig?.responseMimeType === 'application/json'
    return {
      streams: /stream/i.test(path),
      wantsJson,
      tools: wantsJson ? [] : functions.map(({ name }) => name),
      definitions: functions.map(({ name, parameters, parametersJsonSchema }) => ({
        name,
        parameters: parametersJsonSchema ?? parameters,
      })),
      // Each part of ours is one answer, however they are put together.
      answered: contents
        .filter(({ role }) => role === 'model')
        .flatMap(({ parts = [] }) => parts.filter(isAnswer)).length,
      said: {
        system: textOf(systemInstruction?.parts),
        user: contents
          .filter(({ role }) => role !== 'model')
          .map(({ parts = [] }) =>
            parts
              .map(({ text, functionResponse }) => text ?? JSON.stringify(functionResponse?.response ?? ''))
              .join('\n'),
          ),
      },
    }
  },
  answer: (step, { definitions, wantsJson }) => {
    const call = callFor(step, definitions)
    const part = call
      ? { functionCall: { name: call.name, args: call.input } }
      : { text: wantsJson ? anyJson : (step.say ?? '') }
    const whole = {
      candidates: [{ index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1200, candidatesTokenCount: 40, totalTokenCount: 1240 },
    }
    return { events: [[undefined, whole]], whole }
  },
  fail: ({ limit, refuse }) =>
    limit === undefined
      ? {
          status: refuse,
          body: { error: { code: refuse, status: 'UNAUTHENTICATED', message: 'API key not valid' } },
        }
      : {
          status: 429,
          body: {
            error: {
              code: 429,
              status: 'RESOURCE_EXHAUSTED',
              message: 'You exceeded your current quota',
            },
          },
          headers: { 'retry-after': String(limit) },
        },
}

const isAnswer = ({ text, functionCall, thought }) =>
  functionCall !== undefined || (text !== undefined && thought !== true)
