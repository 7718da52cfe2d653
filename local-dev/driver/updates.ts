/** What an agent says: into the transcript, the structured log, the timeline, and the state of the session. */
import type { UpdateContext } from '../acp/agent'
import type { SessionUpdate } from '../acp/protocol'
import { isUsageLimitMeta, type UsageLimit } from '../acp/usage-limit'
import type { AgentEvents } from './agent-events'
import type { LifeEvent } from './lifecycle/life'
import type { Reports } from './reports'
import type { createToolCalls, JoinedToolCall } from './tool-calls'
import type { createTranscript } from './transcript'

/** What runs unasked for so long was not asked about. */
const unaskedMs = 1000

interface UpdatesOptions {
  toolCalls: ReturnType<typeof createToolCalls>
  transcript: ReturnType<typeof createTranscript>
  events: AgentEvents
  reports: Reports
  dispatch(event: LifeEvent): void
  /** Why a tool call that ran unasked is denied. */
  deniedUnasked(call: JoinedToolCall, isLate: boolean): string | undefined
  onCost(costUsd: number): void
  onMode(modeId: string): void
  onLimit(limit: UsageLimit): void
}

export const createUpdates = (options: UpdatesOptions) => {
  const { toolCalls, transcript, events, reports, dispatch } = options
  let lastTool: string | undefined

  const denied = (call: JoinedToolCall, isLate: boolean) => {
    const reason = options.deniedUnasked(call, isLate)
    if (reason === undefined) return
    transcript.line(`✗ ${reason}`)
    reports.note('error', reason)
    dispatch({ type: 'denied', note: `Your turn was ended: ${reason}. Do not do that again.` })
  }

  /** A tool call, with all that is known of it. */
  const onTool = (call: JoinedToolCall): void => {
    lastTool = call.title ?? call.name ?? call.kind
    transcript.tool(call)
    reports.tool(call)
    dispatch({ type: 'heard', isWork: true, tool: { id: call.toolCallId, isOpen: call.isOpen } })
    denied(call, false)
    if (call.status === 'in_progress' && !call.isAsked)
      setTimeout(() => {
        const now = toolCalls.find(call.toolCallId)
        if (now) denied(now, true)
      }, unaskedMs).unref()
  }

  const isWork = ({ sessionUpdate }: SessionUpdate): boolean =>
    sessionUpdate === 'agent_message_chunk' ||
    sessionUpdate === 'agent_thought_chunk' ||
    sessionUpdate === 'plan'

  return {
    onTool,
    lastTool: () => lastTool,
    onUpdate(update: SessionUpdate, { replay }: UpdateContext): void {
      // What is told while a session is loaded is its past.
      if (replay) return
      events.add('update', update.sessionUpdate === 'unknown' ? update.raw : update)
      transcript.told(update)
      switch (update.sessionUpdate) {
        case 'tool_call':
        case 'tool_call_update':
          onTool(toolCalls.told(update))
          return
        case 'plan':
          reports.plan(update)
          break
        case 'current_mode_update':
          options.onMode(update.currentModeId)
          break
        case 'config_option_update':
          for (const { category, currentValue } of update.configOptions)
            if (category === 'mode' && typeof currentValue === 'string') options.onMode(currentValue)
          break
        case 'usage_update': {
          const { cost, _meta } = update
          if (cost?.currency.toUpperCase() === 'USD') options.onCost(cost.amount)
          const limit = isUsageLimitMeta(_meta)
          if (limit) options.onLimit(limit)
          break
        }
        case 'notice':
          reports.note(update.severity === 'error' ? 'error' : 'progress', update.title)
          break
      }
      dispatch({ type: 'heard', isWork: isWork(update) })
    },
  }
}
