/** What an agent asks to do: decided by the rules, else by a person. */
import { isDeepStrictEqual } from 'node:util'
import type { InboxRequest } from '../../functions/client/client'
import type { PermissionContext, PermissionOutcome } from '../acp/agent'
import type { PermissionOption, PermissionRequest } from '../acp/protocol'
import { decide } from '../permissions/decide'
import { remember } from '../permissions/remembered'
import type { Decision, PermissionSubject, PolicyContext } from '../permissions/subject'
import { subjectOf as subjectOfCall } from '../permissions/tool-call'
import { choicesOf, onceId } from './options'
import { approvalWords, keyOf } from './questions'
import type { Requests } from './requests'
import { type createToolCalls, type JoinedToolCall, titleOf } from './tool-calls'

type Remembered = PolicyContext['remembered']

/** An answer that no agent has had yet: of what an earlier process of it has asked. */
export interface EarlierAnswer {
  key: string | undefined
  request: InboxRequest
}

interface PermissionsOptions {
  toolCalls: ReturnType<typeof createToolCalls>
  requests: Requests
  /** As it is now. */
  policy(): PolicyContext
  isUnattended: boolean
  remembered: Remembered
  earlierAnswers: EarlierAnswer[]
  /** The ids of modes that the agent may be in, the one that it is to be in first. */
  permittedModes(): readonly string[]
  onAsked(requestId: string, key: string | undefined): void
  onRemembered(remembered: Remembered): void
  /** How many questions wait for a person. */
  onWaiting(count: number): void
  /** A tool call was told, with all that is known of it. */
  onTool(call: JoinedToolCall): void
  note(level: 'progress' | 'error', message: string): void
  isCancelling(): boolean
  /** The end of the session withdraws what is open, and tells by it that it waited. */
  isExiting(): boolean
}

/** A question whose agent has ended is not withdrawn before that is known. */
const withdrawDelayMs = 500

const subjectOf = (call: JoinedToolCall): PermissionSubject =>
  subjectOfCall({ ...call, rawInput: call.rawInput, locations: call.locations, content: call.content })

const cancelled: PermissionOutcome = { outcome: 'cancelled' }
const selected = (optionId: string | undefined): PermissionOutcome =>
  optionId === undefined ? cancelled : { outcome: 'selected', optionId }

export const createPermissions = (options: PermissionsOptions) => {
  const { toolCalls, requests, isUnattended, earlierAnswers } = options
  let { remembered } = options
  let waiting = 0
  const unasked = new Set<string>()

  const policy = (): PolicyContext => ({ ...options.policy(), remembered })

  const answerWith = (request: PermissionRequest, effect: 'allow_once' | 'reject_once') =>
    selected(onceId(request.options, effect))

  /** An answer that was given to an earlier process of the agent, to the same question. */
  const takeEarlier = (key: string | undefined): InboxRequest | undefined => {
    const index = key === undefined ? -1 : earlierAnswers.findIndex((each) => each.key === key)
    return index < 0 ? undefined : earlierAnswers.splice(index, 1)[0]?.request
  }

  const keep = (subject: PermissionSubject) => {
    remembered = remember(remembered, subject, options.policy())
    options.onRemembered(remembered)
  }

  const ask = async (
    { options: offered }: PermissionRequest,
    call: JoinedToolCall,
    subject: PermissionSubject,
    { reason }: Decision,
    signal: AbortSignal,
  ): Promise<PermissionOutcome> => {
    const added = remember(remembered, subject, options.policy())
    const choices = choicesOf(offered, !isDeepStrictEqual(added, remembered))
    const key = keyOf(call, subject)
    const open = requests.ask({
      kind: 'approval',
      ...approvalWords(call, subject, reason),
      options: choices.map(({ option }) => option),
    })
    const withdraw = () =>
      void setTimeout(
        () => {
          if (!options.isExiting()) open.withdraw()
        },
        options.isCancelling() ? 0 : withdrawDelayMs,
      )
    signal.addEventListener('abort', withdraw, { once: true })
    if (signal.aborted) withdraw()
    options.onWaiting(++waiting)
    void open.id.then((id) => id !== undefined && options.onAsked(id, key))
    try {
      const settled = await Promise.race([open.settled, aborted(signal)])
      if (settled === 'aborted' || settled.state === 'withdrawn') return cancelled
      const { id, answer } = settled.request
      const choice = choices.find(({ option }) => option.id === answer?.optionId)
      if (choice?.isRemembered) keep(subject)
      requests.delivered(id)
      return selected(choice?.optionId ?? onceId(offered, 'reject_once'))
    } finally {
      signal.removeEventListener('abort', withdraw)
      options.onWaiting(--waiting)
    }
  }

  /** Which mode it is to go on in is chosen by the mode's id: what an option of this kind allows "once" is a mode. */
  const switchMode = (offered: readonly PermissionOption[]): PermissionOutcome => {
    const permitted = options.permittedModes()
    const mode = permitted.find((id) => offered.some(({ optionId }) => optionId === id))
    return selected(mode ?? onceId(offered, 'reject_once'))
  }

  const answerTo = async (
    request: PermissionRequest,
    call: JoinedToolCall,
    signal: AbortSignal,
  ): Promise<PermissionOutcome> => {
    options.onTool(call)
    if (call.kind === 'switch_mode') return switchMode(request.options)
    const subject = subjectOf(call)
    const decision = decide(subject, policy())
    if (decision.decision === 'allow') return answerWith(request, 'allow_once')
    const title = subject.title ?? titleOf(call)
    if (decision.decision === 'deny') {
      options.note('progress', `Refused: ${title} (${decision.reason})`)
      return answerWith(request, 'reject_once')
    }
    const earlier = takeEarlier(keyOf(call, subject))
    if (earlier) {
      requests.delivered(earlier.id)
      const chosen = earlier.options.find(({ id }) => id === earlier.answer?.optionId)
      if (chosen?.effect === 'allow_always') keep(subject)
      return answerWith(request, chosen?.effect.startsWith('allow') ? 'allow_once' : 'reject_once')
    }
    if (isUnattended) {
      options.note('progress', `Refused, as nobody is there to ask: ${title} (${decision.reason})`)
      return answerWith(request, 'reject_once')
    }
    return ask(request, call, subject, decision, signal)
  }

  const isRefusal = (outcome: PermissionOutcome, { options: offered }: PermissionRequest): boolean =>
    outcome.outcome === 'cancelled' ||
    offered.some(({ optionId, kind }) => optionId === outcome.optionId && kind?.startsWith('reject'))

  return {
    async onPermission(
      request: PermissionRequest,
      { signal, replay }: PermissionContext,
    ): Promise<PermissionOutcome> {
      // What is asked in the past was answered there.
      if (replay) return cancelled
      const call = toolCalls.asked(request.toolCall)
      const outcome = await answerTo(request, call, signal)
      // Not every agent says that what was refused is over; a turn would wait for it.
      if (isRefusal(outcome, request))
        options.onTool(toolCalls.told({ toolCallId: call.toolCallId, status: 'failed' }))
      return outcome
    },

    /** A tool call that ran without having been asked about, and that a rule denies: why. Said once. */
    deniedUnasked(call: JoinedToolCall, isLate: boolean): string | undefined {
      // Some say that it is in progress, and ask then.
      const hasRun = call.status === 'completed' || call.status === 'failed' || (isLate && call.isOpen)
      if (call.isAsked || !hasRun || unasked.has(call.toolCallId)) return undefined
      const decision = decide(subjectOf(call), policy())
      if (decision.decision !== 'deny' || decision.rule === undefined) return undefined
      unasked.add(call.toolCallId)
      return `${titleOf(call)} ran without being asked for, and the rule ${decision.rule} denies it`
    },
  }
}

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })
