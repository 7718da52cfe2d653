/** What the driver itself asks, one thing at a time: a question, or what to do about a stall, a limit, a budget. */
import type { CreateInboxRequest, InboxRequest } from '../../functions/client/client'
import type { OpenRequest, Requests } from './requests'

interface OwnQuestionsOptions {
  requests: Requests
  /** The server has it: it can be held again after a restart of this driver. */
  onAsked(requestId: string): void
  /** `isCurrent`: nothing else was asked, and nothing withdrawn, since. */
  onAnswer(request: InboxRequest, isCurrent: boolean): void
}

export const createOwnQuestions = ({ requests, onAsked, onAnswer }: OwnQuestionsOptions) => {
  let current: OpenRequest | undefined

  const hold = (open: OpenRequest) => {
    current?.withdraw()
    current = open
    void open.id.then((id) => id !== undefined && current === open && onAsked(id))
    void open.settled.then((settled) => {
      const isCurrent = current === open
      if (isCurrent) current = undefined
      if (settled.state === 'answered') onAnswer(settled.request, isCurrent)
    })
  }

  return {
    ask: (body: CreateInboxRequest) => hold(requests.ask(body)),
    /** Goes on with what an earlier driver has asked. */
    hold: (requestId: string) => hold(requests.holdOn(requestId)),
    withdraw() {
      current?.withdraw()
      current = undefined
    },
  }
}
