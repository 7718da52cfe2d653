/** Drives an agent over ACP through a session, to its end: whatever it does on its own, `lifecycle` decides. */
import { identityOf } from '../../storage/drivers/files/process-identity'
import type { UsageLimit } from '../acp/usage-limit'
import type { AgentExit } from '../agents/process'
import { AgentStartError } from '../agents/start-error'
import { reasonOf } from '../lib/reason'
import { loadRules } from '../permissions/load-rules'
import { realPathOf } from '../permissions/real-path'
import { openAgentEvents } from './agent-events'
import { createAgentProcess } from './agent-process'
import { endEarlierAgent } from './end-earlier-agent'
import { createEngine } from './engine'
import { createHandOver, problemOf } from './hand-over'
import { createIntroduction } from './introduction'
import { exitOf, initialLife, rememberedOf } from './life-memory'
import type { Effect } from './lifecycle/life'
import { openMemory } from './memory'
import { createMessages } from './messages'
import { createModeKeeper } from './mode-keeper'
import { createModelChoice, withChoice } from './model-choice'
import { createOpening } from './opening'
import { createOwnQuestions } from './own-questions'
import { createPerform } from './perform'
import { createPermissions } from './permission'
import { type OpenTask, promptText, unattendedText } from './prompts'
import { approvalSaid, recoverRequests } from './recover'
import { createReports } from './reports'
import { createRequests } from './requests'
import type { AcpRunOptions } from './run-options'
import { createSessionChanges } from './session-changes'
import { startTicks } from './ticks'
import { createToolCalls } from './tool-calls'
import { createTranscript } from './transcript'
import { createUpdates } from './updates'
import { addTurn, costOf, setCost, usageOf } from './usage'
import { watchServer } from './watch-server'

/** So long the last reports are tried while the server is away. */
const lastReportsMs = 20_000

type Exit = Extract<Effect, { type: 'exit' }>

/**
 * Runs the agent until the session is over for it. Throws `AgentStartError` where it cannot begin; else resolves, also where
 * a signal to this process has ended it. Nothing of the agent is left running then.
 */
export const runAcpAgent = async (options: AcpRunOptions): Promise<AgentExit> => {
  const { client, session, choice, folder, cwd, isUnattended } = options
  const prompt = isUnattended ? `${options.prompt}\n${unattendedText}\n` : options.prompt
  const startedAt = performance.now()
  const memory = openMemory({ folder, session, agent: choice.name, cwd })
  if (memory.state.process) await endEarlierAgent(memory.state.process)

  const { rules, commit, notes } = await loadRules({
    home: options.home,
    flagFile: options.permissionsFile,
    projectDir: cwd,
    base: memory.state.rulesCommit ?? session.workspace?.base,
    env: options.env,
  }).catch((error) => {
    throw new AgentStartError(1, reasonOf(error))
  })
  memory.change({ rulesCommit: commit })
  const stopped = new AbortController()
  const deadline = new AbortController()
  let exiting: Exit | undefined
  let hasOpened = false
  let openTasks: OpenTask[] = []
  let limit: UsageLimit | undefined
  let onExit: (exit: Exit) => void = () => undefined
  const exited = new Promise<Exit>((resolve) => {
    onExit = resolve
  })
  const exit = (how: Exit) => {
    exiting ??= how
    onExit(how)
  }
  const onBroken = (error: unknown) =>
    exit({ type: 'exit', exitCode: 1, signal: null, reason: `Its driver has failed: ${reasonOf(error)}` })

  const transcript = createTranscript(options.write)
  const events = openAgentEvents(folder)
  const told = {
    client,
    session,
    sessionId: session.id,
    signal: deadline.signal,
    onTrouble: (message: string) => transcript.line(`! ${message}`),
  }
  const reports = createReports(told)
  const requests = createRequests(told)
  const messages = createMessages(told)
  const toolCalls = createToolCalls()
  const introduction = createIntroduction(prompt, memory)
  const note = (level: 'progress' | 'error', message: string) => {
    transcript.line(`! ${message}`)
    reports.note(level, message)
  }
  const opened = () => agentProcess.opened()
  const modeKeeper = createModeKeeper({ choice, initial: options.permissionMode, opened, note })
  const modelChoice = createModelChoice({ opened, initial: options.model, memory, note })
  const earlier = await recoverRequests(client, session, memory.earlier, deadline.signal)

  const engine = createEngine({
    initial: initialLife(options, memory),
    remember: (life) => memory.change(rememberedOf(life, memory)),
    perform: (effect) => perform(effect),
    onBroken,
  })
  const dispatch: typeof engine.dispatch = (event) => {
    if (event.type === 'answered' || (event.type === 'heard' && event.isWork)) introduction.heard()
    engine.dispatch(event)
  }

  const permissions = createPermissions({
    toolCalls,
    requests,
    isUnattended,
    remembered: memory.state.remembered,
    earlierAnswers: earlier.approvals,
    policy: () => ({
      mode: modeKeeper.permissionMode(),
      role: options.role,
      cwd,
      tree: session.workspace?.path,
      home: options.home,
      sessionFolder: folder,
      rules,
      remembered: memory.state.remembered,
      realPath: realPathOf,
    }),
    permittedModes: modeKeeper.permitted,
    onAsked: (requestId, key) => memory.change({ asked: [...memory.state.asked, { requestId, key }] }),
    onRemembered: ({ commands, paths }) =>
      memory.change({ remembered: { commands: [...commands], paths: [...paths] } }),
    onWaiting: (count) => dispatch({ type: 'approvals', count }),
    onTool: (call) => updates.onTool(call),
    note,
    isCancelling: () => engine.life().cancelCause !== undefined,
    isExiting: () => exiting !== undefined,
  })
  const updates = createUpdates({
    toolCalls,
    transcript,
    events,
    reports,
    dispatch,
    deniedUnasked: permissions.deniedUnasked,
    onCost(costUsd) {
      const usage = setCost(memory.state.usage, costUsd)
      memory.change({ usage })
      reports.usage(usageOf(usage))
      dispatch({ type: 'spent', spentUsd: costOf(usage) })
    },
    onMode: modeKeeper.onMode,
    onLimit: (found) => {
      limit = found
    },
  })
  const opening = createOpening({
    client,
    sessionId: session.id,
    prompt,
    memory,
    messages,
    requests,
    reports,
    introduction,
    signal: stopped.signal,
    dispatch,
  })
  const agentProcess = createAgentProcess({
    choice,
    cwd,
    env: options.env,
    callbacks: {
      onUpdate: updates.onUpdate,
      onPermission: permissions.onPermission,
      onNoise: (text) => transcript.line(text),
      onStderr: (text) => events.add('stderr', text),
    },
    chosen: () => ({
      permissionMode: modeKeeper.permissionMode(),
      acpSessionId: memory.state.acpSessionId ?? memory.acpSessionId,
    }),
    beginModel: modelChoice.begin,
    onProcess(pid) {
      toolCalls.clear()
      modeKeeper.renewed()
      memory.change({ process: identityOf(pid) })
    },
    async onOpened(session) {
      hasOpened = true
      await opening.onOpened(session)
      changes.ready()
    },
    onFailed: (error) =>
      dispatch({
        type: 'openFailed',
        problem: { ...problemOf(error, choice.preset?.login), message: withChoice(error) },
      }),
    onGone: (closure) => dispatch({ type: 'agentGone', ...closure }),
  })
  const handOver = createHandOver({
    messages,
    opened,
    login: choice.preset?.login,
    applyModel: modelChoice.apply,
    textOf: ({ reason, note }, said) =>
      promptText({
        reason,
        note,
        said,
        introduction: introduction.text(),
        isContinued: introduction.isContinued(),
        openTasks,
        isQueue: session.strategy === 'queue',
      }),
    onSending(text) {
      introduction.sending()
      limit = undefined
      events.add('prompt', text)
      transcript.prompted(text.replace(prompt, () => `[its instructions: ${prompt.length} characters]`))
    },
    onAnswer({ stopReason, usage }) {
      events.add('answer', { stopReason, usage })
      const now = addTurn(memory.state.usage, usage)
      memory.change({ usage: now })
      reports.usage(usageOf(now))
    },
    takeLimit: () => limit,
    dispatch,
  })
  const ownQuestions = createOwnQuestions({
    requests,
    onAsked(requestId) {
      const { wait } = memory.state
      if (wait) memory.change({ wait: { ...wait, requestId } })
    },
    onAnswer({ id, answer }, isCurrent) {
      const { by = 'user', optionId, text } = answer ?? {}
      if (isCurrent) dispatch({ type: 'reply', id, by, optionId, text })
      else if (text !== undefined) dispatch({ type: 'said', said: { id, from: by, text, mode: 'queue' } })
      // Words are delivered when the agent has them.
      if (text === undefined) requests.delivered(id)
    },
  })
  const changes = createSessionChanges({ session, messages, requests, modeKeeper, modelChoice, dispatch })
  const perform = createPerform({
    client,
    sessionId: session.id,
    agent: choice.name,
    signal: stopped.signal,
    life: engine.life,
    dispatch,
    reports,
    messages,
    transcript,
    agentProcess,
    handOver,
    opening,
    ownQuestions,
    lastTool: updates.lastTool,
    openTasks: () => openTasks,
    onOpenTasks: (tasks) => {
      openTasks = tasks
    },
    takeUnasked: () => earlier.approvals.splice(0).map(({ request }) => approvalSaid(request)),
    exit,
    onBroken,
  })

  const onSignal = (signal: NodeJS.Signals) => dispatch({ type: 'terminated', signal })
  // Left in place when the agent has ended: what then follows is the report, which no signal may prevent.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  const stopTicks = startTicks(dispatch)
  void watchServer({
    ...changes,
    client,
    sessionId: session.id,
    signal: stopped.signal,
    onGap: requests.reload,
  })
  for (const text of notes) note('progress', text)
  const { wait } = memory.state
  if (wait?.requestId !== undefined) ownQuestions.hold(wait.requestId)
  for (const said of earlier.answers) opening.doubt([said])
  void agentProcess.open()

  const how = await exited
  stopTicks()
  await agentProcess.close()
  setTimeout(() => deadline.abort(), lastReportsMs).unref()
  await Promise.all([reports.flush(), messages.flush(), requests.flush()])
  stopped.abort()
  events.close()
  transcript.end()
  return exitOf(how, hasOpened, Math.round(performance.now() - startedAt))
}
