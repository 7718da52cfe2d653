/**
 * The steps of scripted-agent.mjs. Each is an object, known by its first key; they are done one after the other, and left off when
 * the turn is cancelled. In every text `{prompt}`, `{steered}` (what it was steered with, one a line), `{sessionId}` and
 * `{pid}` are filled in.
 *
 *   {text: "…"}  {thought: "…"}  {user: "…"}    A chunk of a message; `text` goes into the history.
 *   {tool: {toolCallId, title, kind, …}}        `tool_call`, in the history as well.  {toolUpdate: {toolCallId, status, …}}
 *   {plan: [{content, priority, status}]}  {usage: {used, size, cost, _meta}}  {mode: "id"}   The update of that name.
 *   {update: {sessionUpdate, …}}                Any other.
 *   {ask: {toolCallId, …}, options: […], on: {OPTION: STEPS}, isLeft: true}
 *                        Asks for permission and does the steps of the option that was chosen, or of `cancelled`, `error`, or
 *                        `else`. Options are allow, always, reject, and never where none are given. `isLeft`: it goes on at once.
 *                        `cancelled` without steps ends the turn, as a cancel does.
 *   {do: {command: "…", title, kind, toolCallId, isUnasked}}   A whole tool call: says it, asks, and if allowed runs it (`sh -c`,
 *   {do: {path: "…", text: "…", isUnasked}}                    in the session's directory) or writes it, and says how it went.
 *   {run: "…"}           Runs it without a word. It is ended when the turn is cancelled.
 *   {edit: {path, text}} Writes a file without a word; with `isAppended`, at its end.
 *   {spawn: "…", isDetached: true, holdsOutput: true}   Starts it in the background; detached: in a session of its own;
 *                        holding its output: it writes where the agent writes, and keeps that open.
 *   {sleep: MS}  {waitFor: "steer"}  {waitFor: "cancel"}  {waitFor: {file: PATH}}
 *   {hang: true}         Does nothing for ever, not even when it is cancelled.
 *   {end: "end_turn", usage, _meta, isTwice: true}      Answers the prompt; steps that follow are done after it. Where none says
 *                        it, the prompt is answered with `end_turn` when the steps are done.
 *   {noEnd: true}        It is never answered.   {error: {code, message, data}}   It is answered with this.
 *   {request: {method, params}}  {notify: {method, params}}  {answer: {id, result}}    Whatever else is said.
 *   {raw: "…"}           Written as it is.   {line: "…"}: with a line end.   {stderr: "…"}
 *   {big: BYTES, as: "update"}   One line of so many bytes: an update with a text, a `request` (id 4711), an `answer` (to the
 *                        request that is being answered, in `before`, or to the prompt), or `noise`.
 *   {flood: N, step: STEP}       The same N times.
 *   {exit: CODE}  {exit: "SIGKILL"}
 */
import { exec, spawn } from 'node:child_process'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 20

const write = (text) => {
  process.stdout.write(text)
}

/** Ends this process, when what it has written is written. */
export const die = (how) => {
  if (typeof how === 'string') process.kill(process.pid, how)
  else process.exit(how)
}

const defaultOptions = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'always', name: 'Always allow', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
  { optionId: 'never', name: 'Never', kind: 'reject_always' },
]

/** Steps of no turn: before the first message, or before an answer. */
export const answerSteps = (agent, steps, id) =>
  doAll({ agent, turn: { id, isAnswered: true, abort: new AbortController() } }, steps)

/** Does the steps of a turn, and answers its prompt. */
export const doSteps = async (agent, session, turn, steps) => {
  const context = { agent, session, turn }
  await doAll(context, steps)
  if (turn.id === undefined || turn.isAnswered || turn.isCancelled) return
  answer(context, { stopReason: 'end_turn' })
}

const doAll = async (context, steps) => {
  for (const step of steps) {
    if (context.turn.isCancelled) return
    await doStep(context, step)
  }
}

const doStep = (context, step) => {
  const [name] = Object.keys(step)
  const act = actions[name]
  if (!act) throw new Error(`No step is called ${name}: ${JSON.stringify(step)}`)
  return act(context, filled(context, step[name]), step)
}

/** The same value with all that stands in braces filled in. */
const filled = (context, value) => {
  if (typeof value === 'string')
    return value
      .replaceAll('{prompt}', () => context.turn.text ?? '')
      .replaceAll('{steered}', () => context.session?.steered.join('\n') ?? '')
      .replaceAll('{sessionId}', () => context.session?.sessionId ?? '')
      .replaceAll('{pid}', () => `${process.pid}`)
  if (Array.isArray(value)) return value.map((each) => filled(context, each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(context, each)]))
}

const answer = ({ agent, turn }, result) => {
  turn.isAnswered = true
  agent.send({ id: turn.id, result })
}

const chunk = (role) => (context, text) => {
  if (role === 'agent_message') context.session.note({ role: 'agent', text })
  context.session.tell({ sessionUpdate: `${role}_chunk`, content: { type: 'text', text } })
}

const tellTool = ({ session }, update) => {
  session.note({ role: 'tool', update })
  session.tell(update)
}

const ask = async (context, toolCall, { options = defaultOptions, on = {}, isLeft }) => {
  const { agent, session, turn } = context
  const asking = agent
    .request('session/request_permission', { sessionId: session.sessionId, toolCall, options })
    .then(({ result, error }) => {
      const outcome = error ? { outcome: 'error', error } : result.outcome
      agent.log({ event: 'answer', toolCallId: toolCall.toolCallId, outcome })
      return outcome
    })
  if (isLeft) return undefined
  const { outcome, optionId } = await asking
  const chosen = optionId ?? outcome
  const steps = on[chosen] ?? on.else
  if (steps) await doAll(context, steps)
  else if (outcome === 'cancelled' && !turn.isAnswered) {
    turn.isCancelled = true
    if (turn.id !== undefined) answer(context, { stopReason: 'cancelled' })
  }
  return chosen
}

let lastCall = 0

const act = async (context, call) => {
  const { command, path, text, isUnasked, toolCallId = `call_${++lastCall}` } = call
  const { session } = context
  const kind = call.kind ?? (command ? 'execute' : 'edit')
  const title = call.title ?? command ?? `Write ${path}`
  const rawInput = command ? { command } : { file_path: path, content: text }
  const toolCall = { toolCallId, title, kind, rawInput, ...(path && { locations: [{ path }] }) }
  tellTool(context, { sessionUpdate: 'tool_call', status: 'pending', ...toolCall })
  const chosen = isUnasked ? 'allow' : await ask(context, toolCall, { on: { else: [] } })
  const tell = (update) => session.tell({ sessionUpdate: 'tool_call_update', toolCallId, ...update })
  if (chosen !== 'allow' && chosen !== 'always') return tell({ status: 'failed' })
  tell({ status: 'in_progress' })
  const { code, output } = command ? await run(context, command) : edit(context, { path, text })
  const content = [{ type: 'content', content: { type: 'text', text: output } }]
  tell({ status: code === 0 ? 'completed' : 'failed', content, rawOutput: { code, output } })
}

const run = ({ agent, turn }, command) =>
  new Promise((resolve) => {
    exec(command, { signal: turn.abort.signal }, (error, stdout, stderr) => {
      const code = error ? (error.code ?? 1) : 0
      const output = `${stdout}${stderr}`
      agent.log({ event: 'run', command, code, output })
      resolve({ code, output })
    })
  })

const edit = (_, { path, text, isAppended }) => {
  if (isAppended) appendFileSync(path, text)
  else writeFileSync(path, text)
  return { code: 0, output: `${path} is written` }
}

/** Resolves as well when the turn is cancelled. */
const waitFor = async ({ session, turn }, what) => {
  const cancelled = new Promise((resolve) => turn.abort.signal.addEventListener('abort', resolve))
  if (what === 'cancel') return cancelled
  if (what === 'steer')
    return Promise.race([cancelled, new Promise((resolve) => session.onSteer.add(resolve))])
  while (!existsSync(what.file) && !turn.isCancelled) await sleep(pollMs)
}

const bigLine = ({ session, turn }, bytes, as) => {
  const lines = {
    noise: () => ['', ''],
    update: () => [
      `{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"${session?.sessionId}","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"`,
      '"}}}}',
    ],
    request: () => [
      '{"jsonrpc":"2.0","id":4711,"params":{"text":"',
      '"},"method":"session/request_permission"}',
    ],
    answer: () => ['{"jsonrpc":"2.0","result":{"stopReason":"end_turn","text":"', `"},"id":${turn.id}}`],
  }
  const [head, tail] = lines[as]()
  return `${head}${'x'.repeat(Math.max(0, bytes - head.length - tail.length))}${tail}\n`
}

const actions = {
  text: chunk('agent_message'),
  thought: chunk('agent_thought'),
  user: chunk('user_message'),
  tool: (context, call) => tellTool(context, { sessionUpdate: 'tool_call', ...call }),
  toolUpdate: ({ session }, call) => session.tell({ sessionUpdate: 'tool_call_update', ...call }),
  plan: ({ session }, entries) => session.tell({ sessionUpdate: 'plan', entries }),
  usage: ({ session }, usage) => session.tell({ sessionUpdate: 'usage_update', ...usage }),
  mode: ({ session }, currentModeId) => session.tell({ sessionUpdate: 'current_mode_update', currentModeId }),
  update: ({ session }, update) => session.tell(update),
  ask,
  do: act,
  run,
  edit,
  spawn: (_, command, { isDetached = false, holdsOutput = false }) => {
    const output = holdsOutput ? 'inherit' : 'ignore'
    spawn('sh', ['-c', command], { detached: isDetached, stdio: ['ignore', output, output] }).unref()
  },
  sleep: ({ turn }, ms) => sleep(ms, undefined, { signal: turn.abort.signal }).catch(() => undefined),
  waitFor,
  hang: () => new Promise(() => undefined),
  end: (context, stopReason, { usage, _meta, isTwice }) => {
    for (let i = 0; i < (isTwice ? 2 : 1); i++)
      answer(context, { stopReason, ...(usage && { usage }), ...(_meta && { _meta }) })
  },
  noEnd: ({ turn }) => {
    turn.isAnswered = true
  },
  error: ({ agent, turn }, error) => {
    turn.isAnswered = true
    agent.send({ id: turn.id, error })
  },
  request: ({ agent }, { method, params }) => {
    void agent.request(method, params).then((answered) => agent.log({ event: 'answered', method, answered }))
  },
  notify: ({ agent }, message) => agent.send(message),
  answer: ({ agent }, message) => agent.send(message),
  raw: (_, text) => write(text),
  line: (_, text) => write(`${text}\n`),
  stderr: (_, text) => {
    process.stderr.write(text)
  },
  big: (context, bytes, { as }) => {
    write(bigLine(context, bytes, as))
  },
  flood: async (context, times, { step }) => {
    for (let i = 0; i < times; i++) await doStep(context, step)
  },
  exit: async (_, how) => {
    // What was written to a pipe may not have left this process yet.
    await new Promise((resolve) => process.stdout.write('', resolve))
    die(how)
  },
}
