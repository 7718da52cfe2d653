import * as z from 'zod'
import { RequestKind, RequestState } from '../../../schemas/request'
import { defineCommand } from '../command'
import { UsageError } from '../exit'
import { requestOf } from '../fields'
import { bold } from '../format'
import { sessionProject } from '../project/resolve'
import { namesOf, requestCard, waiterLines } from './format'
import { createInbox } from './waiting'
import { watchInbox } from './watch'

const states = [...RequestState.options, 'all'] as const
const Filter = z.object({ kind: RequestKind.optional(), state: z.enum(states).default('open') })

export const command = defineCommand({
  about: 'List what waits for you: what agents ask, and beneath it who waits without having asked',
  example: 'maestro inbox --watch',
  args: {
    watch: { type: 'boolean', alias: 'w', description: 'Go on: show each as it comes, until interrupted' },
    'project-id': { type: 'string', valueHint: 'ID', description: 'Only of this project (or its name)' },
    'session-id': { type: 'string', valueHint: 'ID', description: 'Only of this session' },
    kind: {
      type: 'string',
      valueHint: RequestKind.options.join('|'),
      description: 'Only requests of this kind',
    },
    state: {
      type: 'string',
      valueHint: states.join('|'),
      description: 'Requests in this state; default: open',
    },
  },
  async run(context) {
    const { args, client, values, json } = context
    const { kind, state } = requestOf(Filter, { kind: values('kind')[0], state: values('state')[0] })
    const named = args['project-id']
    const projectId = named === undefined ? undefined : await sessionProject(context, named)
    const sessionId = args['session-id']
    // A mistyped id is not an empty inbox.
    if (sessionId !== undefined) await client.sessions.get(sessionId)
    const inbox = createInbox(client, { projectId, sessionId, kind })
    if (args.watch) {
      if (args.state !== undefined) throw new UsageError('--watch shows what is open: leave out --state')
      await watchInbox(context, inbox)
      return undefined
    }
    await inbox.load()
    const settled =
      state === 'open' ? undefined : await client.inbox.list({ projectId, sessionId, kind, state })
    const [requests, waiting] = [settled ?? inbox.requests(), settled ? [] : inbox.waiters()]
    const names = json ? undefined : namesOf(inbox.session, await client.projects.list())
    const now = Date.now()
    return {
      json: { requests, waiting },
      text: [
        ...(names ? requests.map((request) => requestCard(request, names, now)) : []),
        ...(waiting.length > 0 ? [bold('Waiting without a request:')] : []),
        ...waiting.map((waiter) => waiterLines(waiter, now)),
        ...(requests.length + waiting.length === 0 ? [emptyText(state)] : []),
      ].join('\n\n'),
    }
  },
})

const emptyText = (state: string) => (state === 'open' ? 'Nobody waits for you' : 'No requests')
