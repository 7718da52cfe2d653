#!/usr/bin/env node
import { randomUUID } from 'node:crypto'
/**
 * An agent that speaks ACP version 1 and does what a scenario says, also what no agent should. It needs nothing but Node.
 *
 *   node scripted-agent.mjs [SCENARIO.json] [anything, which is ignored]
 *
 * The scenario is the file that is named first, else SCRIPTED_AGENT_FILE, else the JSON text in SCRIPTED_AGENT, else {}. All of
 * it is optional. STEPS is a list of what stands at the head of scripted-steps.mjs.
 *
 *   log: PATH                 A line of JSON is appended for everything that happens: {"in": message} for each message that it
 *                             is given, as it was given; {"out": message} for what it says where `logOut` is true; {"event": …}
 *                             for the rest: start (pid, cwd, argv, env: those of `logEnv`), answer (of a question: toolCallId,
 *                             outcome), run (command, code, output), signal (of `ignore`), eof.
 *   logEnv: [NAME, …]
 *   history: FOLDER           Sessions are kept there, one file each ({sessionId}.ndjson): what it was given as the user's words
 *                             ({"role": "user", "text"}, doubles too), and what it said and did. Without it, in memory.
 *   initialize: {…}           Laid over its answer: protocolVersion, agentInfo, agentCapabilities, authMethods, _meta.
 *   loadSession: false        It cannot load (it can).
 *   modes, models, configOptions   As in the protocol's answers; they can then be set. What is not in the list is refused.
 *   stubborn: true            They are answered well, and stay as they were.
 *   steering: true | {…}      It can be steered. Running: {"outcome": "injected"}, what was said becomes a user's word of its
 *                             history and ends `{"waitFor": "steer"}`; idle: promptRequired. Otherwise, with
 *                             {outcome: WORD} that is answered, {outcome: "startedNewTurn", turn: STEPS} does these with no
 *                             prompt, {error: {…}}, {silent: true}, {empty: true} (`{}`).
 *   load: {last: N, without: ["tool"], after: STEPS, isNull: true}
 *                             Only the last N entries of the history are told, or none of a role; STEPS come after the answer.
 *   turns: [TURN, …]          What it does when it is prompted. TURN is STEPS, or {when: REGEXP, steps: STEPS}. The first TURN
 *                             whose `when` matches the prompt; else the next one without `when`, counted over the whole
 *                             history of the session; the last one again and again. None: it says "ok".
 *   cancel: "answer"          Its turn is answered with `cancelled` (so it is without this), or "end_turn", "twice", "ignore"
 *                             (never, and it goes on), "stop" (never, and it does nothing more), "exit".
 *   refuse: {METHOD: {code, message, data}}      Is answered with this error;
 *   refuseUntil: PATH                            … until there is such a file.
 *   silent: [METHOD, …]       Is never answered.
 *   exitOn: {METHOD: CODE}    It exits when it is given that, before it answers;
 *   exitAfter: {METHOD: CODE} … and right after its answer. CODE may be the name of a signal.
 *   start: STEPS              Before it reads anything. `before: {METHOD: STEPS}`: before it answers that. Only steps that are
 *                             of no session: line, raw, big, stderr, sleep, waitFor a file, run, edit, spawn, flood, exit.
 *   ignore: ["eof", "SIGTERM", …]    It stays.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { answerSteps, die, doSteps } from './scripted-steps.mjs'

const read = () => {
  const path = process.argv[2]?.endsWith('.json') ? process.argv[2] : process.env.SCRIPTED_AGENT_FILE
  return JSON.parse(path ? readFileSync(path, 'utf8') : process.env.SCRIPTED_AGENT || '{}')
}

const scenario = read()
const log = (entry) => scenario.log && appendFileSync(scenario.log, `${JSON.stringify(entry)}\n`)
const send = (message) => {
  if (scenario.logOut) log({ out: message })
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}
const reply = (id, result) => send({ id, result })
const refuse = (id, code, message, data) => send({ id, error: { code, message, data } })

/** What it has asked, by id: who goes on with the answer. */
const asked = new Map()
let lastId = 0
const request = (method, params) =>
  new Promise((resolve) => {
    const id = ++lastId
    asked.set(id, resolve)
    send({ id, method, params })
  })

// --- sessions

const sessions = new Map()
const fileOf = (sessionId) => join(scenario.history, `${sessionId}.ndjson`)

const openSession = (sessionId, entries) => {
  const session = {
    sessionId,
    entries,
    note(entry) {
      entries.push(entry)
      if (scenario.history) appendFileSync(fileOf(sessionId), `${JSON.stringify(entry)}\n`)
    },
    tell: (update) => send({ method: 'session/update', params: { sessionId, update } }),
    steered: [],
    onSteer: new Set(),
    turn: undefined,
    waiting: Promise.resolve(),
  }
  sessions.set(sessionId, session)
  return session
}

const storedEntries = (sessionId) => {
  if (!scenario.history) return sessions.get(sessionId)?.entries
  if (!existsSync(fileOf(sessionId))) return undefined
  return readFileSync(fileOf(sessionId), 'utf8').split('\n').filter(Boolean).map(JSON.parse)
}

const replay = (session) => {
  const { last = Number.POSITIVE_INFINITY, without = [] } = scenario.load ?? {}
  for (const { role, text, update } of session.entries.slice(-last)) {
    if (without.includes(role)) continue
    if (role === 'tool') session.tell(update)
    else session.tell({ sessionUpdate: `${role}_message_chunk`, content: { type: 'text', text } })
  }
}

const choices = () => ({
  ...(scenario.modes && { modes: scenario.modes }),
  ...(scenario.models && { models: scenario.models }),
  ...(scenario.configOptions && { configOptions: scenario.configOptions }),
})

/** Sets one of the choices, or refuses what is not there. */
const choose = (id, known, isThere, set, result) => {
  if (!known || !isThere) return refuse(id, -32602, 'Invalid params', { details: 'It has none of that name' })
  if (!scenario.stubborn) set()
  reply(id, result())
}

const valuesOf = ({ options = [] }) =>
  options.flatMap(({ value, options: more = [] }) => [value, ...more.map((each) => each.value)])

// --- turns

const textOf = (blocks = []) => blocks.map(({ text = '' }) => text).join('\n')

const stepsOf = (text, count) => {
  const turns = scenario.turns ?? []
  const matching = turns.find(({ when }) => when && new RegExp(when, 's').test(text))
  if (matching) return matching.steps
  const inOrder = turns.filter(({ when }) => !when)
  const turn = inOrder[Math.min(count, inOrder.length - 1)] ?? [{ text: 'ok' }]
  return turn.steps ?? turn
}

const agent = { log, send, request }

const beginTurn = async (session, steps, id, text) => {
  const turn = { id, text, isAnswered: false, isOver: false, abort: new AbortController() }
  session.turn = turn
  await doSteps(agent, session, turn, steps)
  if (session.turn === turn) session.turn = undefined
  turn.isOver = true
}

const cancel = (session) => {
  const { turn } = session ?? {}
  const how = scenario.cancel ?? 'answer'
  if (!turn || how === 'ignore') return
  if (how === 'exit') die(1)
  turn.isCancelled = true
  turn.abort.abort()
  if (how === 'stop') return
  const answers = how === 'twice' ? 2 : 1
  if (turn.id !== undefined && !turn.isAnswered)
    for (let i = 0; i < answers; i++)
      reply(turn.id, { stopReason: how === 'end_turn' ? 'end_turn' : 'cancelled' })
  turn.isAnswered = true
}

const steer = (id, session, text) => {
  const how = scenario.steering === true ? {} : (scenario.steering ?? {})
  if (!scenario.steering) return refuse(id, -32601, 'Method not found')
  if (how.silent) return
  if (how.empty) return reply(id, {})
  if (how.error) return send({ id, error: how.error })
  const outcome = how.outcome ?? (session.turn ? 'injected' : 'promptRequired')
  if (outcome === 'injected' || outcome === 'startedNewTurn') session.note({ role: 'user', text })
  if (outcome === 'injected') {
    session.steered.push(text)
    for (const wake of session.onSteer) wake()
  }
  reply(id, { outcome })
  if (outcome === 'startedNewTurn') void beginTurn(session, how.turn ?? [], undefined, text)
}

// --- what it is asked

const methods = {
  initialize: (id) => {
    const { initialize = {}, loadSession = true, steering } = scenario
    const { agentCapabilities, ...more } = initialize
    reply(id, {
      protocolVersion: 1,
      agentInfo: { name: 'scripted-agent', title: 'Scripted agent', version: '1.0.0' },
      agentCapabilities: {
        loadSession,
        promptCapabilities: { image: false, audio: false, embeddedContext: false },
        mcpCapabilities: { http: false, sse: false },
        ...(steering && { _meta: { steering: { supported: true } } }),
        ...agentCapabilities,
      },
      authMethods: [],
      ...more,
    })
  },
  authenticate: (id) => reply(id, {}),
  'session/new': (id) => {
    const { sessionId } = openSession(`scripted-${randomUUID()}`, [])
    if (scenario.history) {
      mkdirSync(scenario.history, { recursive: true })
      appendFileSync(fileOf(sessionId), '')
    }
    reply(id, { sessionId, ...choices() })
  },
  'session/load': (id, { sessionId }) => {
    const entries = storedEntries(sessionId)
    if (!entries) return refuse(id, -32002, 'Resource not found', { sessionId })
    const session = openSession(sessionId, entries)
    replay(session)
    reply(id, scenario.load?.isNull ? null : choices())
    const { after } = scenario.load ?? {}
    if (after) void beginTurn(session, after, undefined, '')
  },
  'session/prompt': (id, { sessionId, prompt }) => {
    const session = sessions.get(sessionId)
    if (!session) return refuse(id, -32002, 'Resource not found', { sessionId })
    const text = textOf(prompt)
    const count = session.entries.filter(({ isPrompt }) => isPrompt).length
    session.note({ role: 'user', isPrompt: true, text })
    const steps = stepsOf(text, count)
    const begin = () => beginTurn(session, steps, id, text)
    session.waiting = (session.turn?.isAnswered ?? true) ? begin() : session.waiting.then(begin)
  },
  'session/set_mode': (id, { modeId }) => {
    const { modes } = scenario
    const isThere = modes?.availableModes.some((mode) => mode.id === modeId)
    const set = () => {
      modes.currentModeId = modeId
    }
    choose(id, modes, isThere, set, () => ({}))
  },
  'session/set_model': (id, { modelId }) => {
    const { models } = scenario
    const isThere = models?.availableModels.some((model) => model.modelId === modelId)
    const set = () => {
      models.currentModelId = modelId
    }
    choose(id, models, isThere, set, () => (scenario.stubborn ? { models } : {}))
  },
  'session/set_config_option': (id, { configId, value }) => {
    const option = scenario.configOptions?.find((each) => each.id === configId)
    const isThere = option && (typeof value === 'boolean' || valuesOf(option).includes(value))
    const set = () => {
      option.currentValue = value
    }
    choose(id, option, isThere, set, () => ({ configOptions: scenario.configOptions }))
  },
  '_session/steering': (id, { sessionId, prompt }) => steer(id, sessions.get(sessionId), textOf(prompt)),
}

const isRefused = (method) =>
  scenario.refuse?.[method] && !(scenario.refuseUntil && existsSync(scenario.refuseUntil))

const receive = async (message) => {
  const { id, method, params } = message
  if (method === undefined) {
    asked.get(id)?.(message)
    asked.delete(id)
    return
  }
  if (scenario.exitOn?.[method] !== undefined) die(scenario.exitOn[method])
  if (method === 'session/cancel') return cancel(sessions.get(params.sessionId))
  if (id === undefined || scenario.silent?.includes(method)) return
  const before = scenario.before?.[method]
  if (before) await answerSteps(agent, before, id)
  if (isRefused(method)) send({ id, error: scenario.refuse[method] })
  else if (Object.hasOwn(methods, method)) methods[method](id, params)
  else refuse(id, -32601, 'Method not found', { method })
  if (scenario.exitAfter?.[method] !== undefined) die(scenario.exitAfter[method])
}

// --- its life

const ignored = scenario.ignore ?? []
for (const signal of ignored.filter((each) => each !== 'eof'))
  process.on(signal, () => log({ event: 'signal', signal }))
process.stdout.on('error', () => process.exit(0))
const env = Object.fromEntries((scenario.logEnv ?? []).map((name) => [name, process.env[name]]))
log({ event: 'start', pid: process.pid, cwd: process.cwd(), argv: process.argv.slice(2), env })

const begin = async () => {
  await answerSteps(agent, scenario.start ?? [])
  const lines = createInterface({ input: process.stdin })
  // One after the other, but what takes its time holds up nothing but its own answer.
  lines.on('line', (line) => {
    const message = JSON.parse(line)
    log({ in: message })
    void receive(message)
  })
  lines.on('close', () => {
    log({ event: 'eof' })
    if (!ignored.includes('eof')) process.exit(0)
    setInterval(() => undefined, 60_000)
  })
}

void begin()
