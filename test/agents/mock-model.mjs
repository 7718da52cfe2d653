/**
 * The model behind a real agent, for trying our drivers offline: it follows a script, whatever it is told, in the
 * protocols of claude, codex, gemini, opencode and qwen. On loopback only.
 *
 *   PORT=0 LOG=model.ndjson node test/agents/mock-model.mjs     prints its address
 *   curl -X PUT --data '{"steps": [{"run": "git status"}, {"say": "Done."}]}' ADDRESS/script
 *
 * A step is one of
 *   {"run": "COMMAND"}                       the agent's tool for commands
 *   {"write": {"path": "…", "text": "…"}}    its tool for writing files; {file} is the path that it was told last
 *   {"tool": "NAME", "input": {…}}           any of its tools
 *   {"mcp": "NAME", "input": {…}}            a tool that it has from an MCP server, whatever it calls that
 *   {"say": "TEXT"}                          words, which end the turn
 *   {"limit": SECONDS}                       its usage limit is reached, until then
 *   {"refuse": 401}                          an error of this status
 *   {"silent": true}                         no answer at all
 * each with "afterMs" where it takes its time. After the last one it says "All is done.", as often as it is asked.
 *
 * Where it is in the script it reads from the conversation: by its own answers there. So it needs no memory of
 * agents that were killed, and an agent that asks for a title meanwhile does not move it on. Errors leave no trace there:
 * each is given once.
 */
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { anthropic } from './mock/anthropic.mjs'
import { chat } from './mock/chat.mjs'
import { gemini } from './mock/gemini.mjs'
import { responses } from './mock/responses.mjs'

const protocols = [anthropic, responses, chat, gemini]
const lastStep = { say: 'All is done.' }

let script = { steps: [] }
let errorsGiven = new Set()

const isError = (step) => step.limit !== undefined || step.refuse !== undefined || step.silent === true

/** The step after so many answers of ours. */
const stepAfter = (answered) => {
  let left = answered
  for (const [index, step] of script.steps.entries()) {
    if (isError(step)) {
      if (errorsGiven.has(index) || left > 0) continue
      errorsGiven.add(index)
      return step
    }
    if (left === 0) return step
    left--
  }
  return lastStep
}

/** A file to be written may be the one that was last named to the agent: `{file}`. */
const named = (step, { said }) => {
  if (step.write?.path !== '{file}') return step
  const path = [...said.user.join('\n').matchAll(/file (\/\S+?),/g)].at(-1)?.[1]
  return { ...step, write: { ...step.write, path: path ?? '/nowhere/at-all' } }
}

const note = (entry) => {
  if (process.env.LOG) appendFileSync(process.env.LOG, `${JSON.stringify({ at: Date.now(), ...entry })}\n`)
}

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Events as each protocol has them: `[name or undefined, data]`. */
const stream = (response, events) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const [name, data] of events)
    response.write(
      `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
    )
  response.end()
}

const converse = async (protocol, { path, body, response }) => {
  const talk = protocol.read(body, path)
  // Without tools it is asked for a title, a summary, a choice of models.
  const step = named(talk.tools.length === 0 ? lastStep : stepAfter(talk.answered), talk)
  note({
    protocol: protocol.name,
    path,
    model: body.model,
    tools: talk.tools,
    ...(talk.named?.length > 0 && { named: talk.named }),
    answered: talk.answered,
    said: talk.said,
    step,
  })
  if (step.afterMs) await sleep(step.afterMs)
  if (step.silent) return
  if (step.limit !== undefined || step.refuse !== undefined) {
    const { status, body: error, headers } = protocol.fail(step)
    return json(response, status, error, { 'x-should-retry': 'false', ...headers })
  }
  const { events, whole } = protocol.answer(step, talk, body)
  if (talk.streams) stream(response, events)
  else json(response, 200, whole)
}

const bodyOf = async (request) => {
  let text = ''
  for await (const piece of request) text += piece
  try {
    return JSON.parse(text || '{}')
  } catch {
    return {}
  }
}

const server = createServer(async (request, response) => {
  const path = request.url.split('?')[0]
  const body = await bodyOf(request)
  if (request.method === 'PUT' && path === '/script') {
    script = body
    errorsGiven = new Set()
    return json(response, 200, {})
  }
  const protocol = request.method === 'POST' ? protocols.find(({ matches }) => matches(path)) : undefined
  if (protocol) return converse(protocol, { path, body, response })
  note({ protocol: 'other', method: request.method, path })
  if (/count_?tokens$/i.test(path)) return json(response, 200, { input_tokens: 10, totalTokens: 10 })
  if (path.endsWith('/models'))
    return json(response, 200, { object: 'list', data: [{ id: 'mock', object: 'model' }], models: [] })
  json(response, 404, { error: { type: 'not_found_error', message: 'The mock model has no such path' } })
})

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`)
})
