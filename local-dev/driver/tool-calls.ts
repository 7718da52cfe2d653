/** An agent says of a tool call only what has changed: here all of it is joined. */
import type { ToolCall } from '../acp/protocol'

export interface JoinedToolCall extends ToolCall {
  /** Whether the agent has asked if it may. */
  isAsked: boolean
  isOpen: boolean
}

/** So many that have ended are remembered: what comes late is still joined. */
const maxEnded = 200

export const createToolCalls = () => {
  const calls = new Map<string, JoinedToolCall>()

  const join = (change: ToolCall, isAsked: boolean): JoinedToolCall => {
    const before = calls.get(change.toolCallId)
    const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    const joined = { ...before, ...said, toolCallId: change.toolCallId }
    const call: JoinedToolCall = {
      ...joined,
      isAsked: isAsked || before?.isAsked === true,
      isOpen: isOpenStatus(joined.status),
    }
    // The newest last.
    calls.delete(call.toolCallId)
    calls.set(call.toolCallId, call)
    dropEnded()
    return call
  }

  const dropEnded = () => {
    if (calls.size <= maxEnded) return
    for (const [id, { isOpen }] of calls) {
      if (calls.size <= maxEnded) return
      if (!isOpen) calls.delete(id)
    }
  }

  return {
    /** What a tool call, or an update of one, says; returns all that is known of it. */
    told: (change: ToolCall) => join(change, false),
    /** The same of a question. */
    asked: (change: ToolCall) => join(change, true),
    find: (id: string) => calls.get(id),
    /** The process that made them is gone. */
    clear: () => calls.clear(),
  }
}

/** One that says nothing has only begun; a word that is not known ends it. */
const isOpenStatus = (status: string | undefined): boolean =>
  status === undefined || status === 'pending' || status === 'in_progress'

const maxTitleLength = 300
const maxPaths = 20

/** As people read it, in one line. */
export const titleOf = ({ title, name, kind }: ToolCall): string => {
  const line = (title ?? name ?? kind ?? 'a tool').replace(/\s+/g, ' ').trim()
  return line.length > maxTitleLength ? `${line.slice(0, maxTitleLength - 1)}…` : line || 'a tool'
}

/** What of a tool call goes into the timeline. */
export const metadataOf = (call: ToolCall): Record<string, unknown> => {
  const paths = [...new Set((call.locations ?? []).map(({ path }) => path))].slice(0, maxPaths)
  return {
    toolCallId: call.toolCallId.slice(0, 200),
    kind: call.kind ?? 'other',
    title: titleOf(call),
    status: call.status ?? 'pending',
    ...(paths.length > 0 && { paths }),
  }
}
