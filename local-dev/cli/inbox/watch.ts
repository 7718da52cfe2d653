/** `inbox --watch`: shows each who begins to wait, and how it was settled. */
import type { Client, InboxRequest, MaestroEvent, Project } from '../../../functions/client/client'
import { noteDisconnects } from '../disconnects'
import { bold, dim, sentence, time } from '../format'
import { type Names, namesOf, outcomeOf, requestCard, waiterLines } from './format'
import type { Inbox, Waiter } from './waiting'

/** One change comes as several events: so long after the last, who waits without a request is looked at. */
const quietMs = 50

interface WatchContext {
  client: Client
  json: boolean
  print(line: string): void
  note(line: string): void
  signal: AbortSignal
}

export const watchInbox = async (context: WatchContext, inbox: Inbox): Promise<void> => {
  const { client, note, signal } = context
  // Before the lists: what happens meanwhile comes as an event.
  const { lastEventId } = await client.health({ verbose: true })
  const show = createShow(context, inbox)
  await inbox.load()
  await show.all()
  if (show.isEmpty()) note('nobody waits for you; whoever does is shown here')
  const work = createWork(signal)
  const connection = noteDisconnects(note)
  const showWaiters = debounced(quietMs, () => work.add(show.waiters))
  await client.events.follow({
    rooms: ['inbox', 'all'],
    since: lastEventId,
    signal: work.signal,
    onEvent: (event) =>
      work.add(async () => {
        inbox.apply(event)
        await show.requests(event)
        showWaiters()
      }),
    onReset: () =>
      work.add(async () => {
        await inbox.load()
        await show.all()
      }),
    onCaughtUp: connection.caughtUp,
    onDisconnect: connection.lost,
  })
  await work.done()
}

/** Does one thing after the other; what one of them throws ends all. */
const createWork = (signal: AbortSignal) => {
  const stop = new AbortController()
  let failure: { error: unknown } | undefined
  let last: Promise<void> = Promise.resolve()
  return {
    signal: AbortSignal.any([signal, stop.signal]),
    add(step: () => Promise<void>) {
      last = last.then(step).catch((error) => {
        failure ??= { error }
        stop.abort()
      })
    },
    async done() {
      await last
      if (failure) throw failure.error
    },
  }
}

const debounced = (ms: number, run: () => void) => {
  let timer: NodeJS.Timeout | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(run, ms)
  }
}

const createShow = ({ client, json, print }: WatchContext, inbox: Inbox) => {
  let open = new Map<string, InboxRequest>()
  let waiting = new Map<string, Waiter>()
  let projects: readonly Project[] = []

  const names = async (projectId: string): Promise<Names> => {
    if (!projects.some(({ id }) => id === projectId)) projects = await client.projects.list().catch(() => [])
    return namesOf(inbox.session, projects)
  }
  const printRequest = async (request: InboxRequest) => {
    if (json) return print(JSON.stringify({ request }))
    print(
      request.state === 'open'
        ? `${requestCard(request, await names(request.projectId), Date.now())}\n`
        : `${dim(time(request.updatedAt).slice(11))}  ${request.id}  ${outcomeOf(request)}`,
    )
  }
  const printWaiter = (waiter: Waiter, goesOn: boolean) => {
    if (json) return print(JSON.stringify({ waiting: waiter, ...(goesOn && { goesOn }) }))
    const who = sentence(`${waiter.taskId ?? waiter.sessionId ?? ''} (${waiter.name})`)
    print(
      goesOn
        ? `${who} waits no more`
        : `${bold('Waits without a request:')} ${waiterLines(waiter, Date.now())}\n`,
    )
  }

  /** `settled`: how one of them was, where that is known. */
  const requests = async (settled?: InboxRequest) => {
    const before = open
    const now = new Map(inbox.requests().map((request) => [request.id, request]))
    open = now
    for (const request of now.values()) if (!before.has(request.id)) await printRequest(request)
    for (const id of before.keys()) {
      if (now.has(id)) continue
      const found = settled?.id === id ? settled : await client.requests.get(id).catch(() => undefined)
      if (found && found.state !== 'open') await printRequest(found)
    }
  }
  const waiters = async () => {
    const before = waiting
    const now = new Map(inbox.waiters().map((waiter) => [waiter.taskId ?? waiter.sessionId ?? '', waiter]))
    waiting = now
    for (const [key, waiter] of now)
      if (before.get(key)?.message !== waiter.message || !before.has(key)) printWaiter(waiter, false)
    for (const [key, waiter] of before) if (!now.has(key)) printWaiter(waiter, true)
  }
  return {
    isEmpty: () => open.size + waiting.size === 0,
    all: async () => {
      await requests()
      await waiters()
    },
    requests: (event: MaestroEvent) => requests(event.type === 'request:updated' ? event.data : undefined),
    waiters,
  }
}
