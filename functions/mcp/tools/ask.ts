import * as z from 'zod'
import { CreateInboxRequest, InboxRequest } from '../../../schemas/request'
import { optionalId } from '../arguments'
import { ToolError } from '../call'
import { type FormAnswer, ownSession, type ToolContext, tool } from '../tool'
import { until } from '../until'

const { title, detail } = CreateInboxRequest.shape

const option = z.object({ id: z.string(), label: z.string() })

export const ask = tool({
  name: 'ask',
  description:
    'Ask a person, and wait up to 50 s. {state:"open", requestId}: no answer yet; call again with only that requestId.',
  operations: [
    'requests.create',
    'requests.get',
    'requests.answer',
    'requests.withdraw',
    'requests.delivered',
    'inbox.list',
  ],
  input: z.object({
    title: title.optional().meta({ description: 'The question' }),
    detail: detail.meta({ description: 'What one must know to answer' }),
    options: z.array(option).max(20).optional().meta({ description: 'Answers to choose from' }),
    taskId: optionalId(''),
    requestId: optionalId('Of a question asked before'),
  }),
  async run(context, { requestId, ...question }) {
    const sessionId = ownSession(context)
    const { answered, inClient } = context.ask
    const known = requestId ?? answered?.requestId
    const asked =
      known === undefined
        ? ((await openLike(context, sessionId, question)) ?? (await create(context, sessionId, question)))
        : await ownRequest(context, sessionId, known)
    if (asked.state === 'open' && answered?.answer) return answerIt(context, asked, answered.answer)
    if (asked.state === 'open' && known === undefined) inClient?.(asked, asked.id)
    return outcomeOf(context, await answerOf(context, asked))
  },
})

type Question = Pick<z.infer<typeof CreateInboxRequest>, 'detail' | 'taskId'> & {
  title?: string | undefined
  options?: z.infer<typeof option>[] | undefined
}

const create = async ({ call }: ToolContext, id: string, question: Question): Promise<InboxRequest> => {
  const options = question.options?.map((one) => ({ ...one, effect: 'other' }))
  const body = { kind: 'question', ...question, options }
  return InboxRequest.parse((await call('requests.create', { params: { id }, body })).body)
}

/** The same question that is still open: the agent did not get to know its id, and is not to ask it twice. */
const openLike = async ({ call }: ToolContext, sessionId: string, { title, detail, taskId }: Question) => {
  const { body } = await call('inbox.list', { query: { sessionId, kind: 'question' } })
  return InboxRequest.array()
    .parse(body)
    .find(
      (one) =>
        one.title === title &&
        one.detail === (detail || undefined) &&
        (taskId === undefined || one.taskId === taskId),
    )
}

const ownRequest = async (context: ToolContext, sessionId: string, id: string): Promise<InboxRequest> => {
  const request = await read(context, id)
  if (request.sessionId === sessionId) return request
  throw new ToolError('FORBIDDEN', `Request ${id} is of another session: ask a question of your own`)
}

const read = async ({ call }: ToolContext, id: string): Promise<InboxRequest> =>
  InboxRequest.parse((await call('requests.get', { params: { id } })).body)

/** The request when it is open no more, or when the time is over. */
const answerOf = async (context: ToolContext, asked: InboxRequest): Promise<InboxRequest> => {
  const { person } = context.ask
  const later = new AbortController()
  const gone = () => later.abort()
  context.signal.addEventListener('abort', gone)
  let inClient: FormAnswer | undefined
  person?.(asked, later.signal).then(
    (answer) => {
      inClient = answer
    },
    // A client that cannot after all leaves it to the inbox.
    () => undefined,
  )
  try {
    const isSettled = async () => {
      if (inClient) return settled(context, asked, inClient)
      const request = await read(context, asked.id)
      return request.state === 'open' ? undefined : request
    }
    return (await until(context, [`session:${asked.sessionId}`], isSettled)) ?? asked
  } finally {
    context.signal.removeEventListener('abort', gone)
    later.abort()
  }
}

const answerIt = async (context: ToolContext, asked: InboxRequest, answer: FormAnswer) =>
  outcomeOf(context, await settled(context, asked, answer))

/** What the person before the client has said. A session may not answer in the inbox: there the question is withdrawn then. */
const settled = async (
  { call }: ToolContext,
  asked: InboxRequest,
  answer: FormAnswer,
): Promise<InboxRequest> => {
  const params = { id: asked.id }
  try {
    return InboxRequest.parse((await call('requests.answer', { params, body: answer })).body)
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    if (error.code !== 'FORBIDDEN') return InboxRequest.parse((await call('requests.get', { params })).body)
    const { body } = await call('requests.withdraw', { params })
    return { ...InboxRequest.parse(body), state: 'answered', answer: { ...answer, by: 'user', at: 0 } }
  }
}

const outcomeOf = async ({ call, signal }: ToolContext, request: InboxRequest): Promise<object> => {
  const { id: requestId, state, answer } = request
  if (state !== 'answered' || !answer) return { state, requestId }
  // Whoever has gone away does not get it: it is still to be delivered.
  if (!signal.aborted && request.deliveredAt === undefined)
    await call('requests.delivered', { params: { id: requestId } }).catch(() => undefined)
  const { optionId, text, by } = answer
  return { state, requestId, answer: { optionId, text, by } }
}
