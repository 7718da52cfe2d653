/** What people and other programs change of the session while it runs. */
import type { InboxRequest, Message, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import type { LifeEvent } from './lifecycle/life'
import { type Messages, saidOf } from './messages'
import type { createModeKeeper } from './mode-keeper'
import type { createModelChoice } from './model-choice'
import type { Requests } from './requests'

interface SessionChangesOptions {
  session: Session
  messages: Messages
  requests: Requests
  modeKeeper: ReturnType<typeof createModeKeeper>
  modelChoice: ReturnType<typeof createModelChoice>
  dispatch(event: LifeEvent): void
}

export const createSessionChanges = (options: SessionChangesOptions) => {
  const { session, messages, requests, modeKeeper, modelChoice, dispatch } = options
  let seen = session
  /** What came before what an earlier driver has left was looked through, which was sent before. */
  let early: Message[] | undefined = []
  const obeyed = new Set<string>()

  const onEnd = ({ status, endReason = '', run }: Session) => {
    // It was started anew elsewhere.
    if (run !== session.run) return dispatch({ type: 'sessionEnded', isOwn: false })
    // What was only taken for lost goes on with the next heartbeat.
    if (!endedStatuses.includes(status) || (status === 'failed' && endReason.startsWith('lost: '))) return
    dispatch({ type: 'sessionEnded', isOwn: status !== 'stopped' })
  }

  return {
    onSession(now: Session) {
      const before = seen
      seen = now
      if (now.model !== before.model) modelChoice.choose(now.model)
      if (now.permissionMode !== undefined && now.permissionMode !== before.permissionMode)
        modeKeeper.choose(now.permissionMode)
      if (JSON.stringify(now.budget) !== JSON.stringify(before.budget))
        dispatch({ type: 'allowed', allowed: now.budget ?? {} })
      onEnd(now)
    },
    onMessage(message: Message) {
      if (message.state !== 'queued') return
      if (message.mode !== 'interrupt') {
        if (!early) return dispatch({ type: 'said', said: saidOf(message) })
        early.push(message)
        dispatch({ type: 'retry' })
      } else if (!obeyed.has(message.id)) {
        obeyed.add(message.id)
        dispatch({ type: 'interrupt' })
        messages.update(message.id, 'delivered')
      }
    },
    onRequest: (request: InboxRequest) => requests.changed(request),
    onGone: () => dispatch({ type: 'sessionEnded', isOwn: false }),
    /** From now on messages go on as they come. */
    ready() {
      const messages = early ?? []
      early = undefined
      for (const message of messages) dispatch({ type: 'said', said: saidOf(message) })
    },
  }
}
