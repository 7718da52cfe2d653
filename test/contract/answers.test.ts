// Two people answer the same request at once: both are told that they did, or neither counts, or the loser hears of nobody.
import { afterAll, describe, expect, it } from 'vitest'
import { count } from '../figures'
import { createRandom, scaled, scaledMs } from '../random'
import { client } from './http'
import { startTarget } from './target'

const target = await startTarget()
const api = client(target.url)
afterAll(() => target.stop())

/** A campaign, at a scale of 100, is of 500. */
const requests = scaled(5)
const inParallel = 5
const random = createRandom('answers')

interface InboxRequest {
  id: string
  state: string
  answer?: { by: string; optionId?: string; text?: string; at: number }
}
interface Refused {
  code: string
  message: string
  details: { answer: object }
}

const options = [
  { id: 'yes', label: 'Yes', effect: 'allow_once' },
  { id: 'no', label: 'No', effect: 'reject_once' },
]
const kinds = ['approval', 'question', 'budget'] as const

/** On a connection of its own: Miniflare closes one now and then on which the next request is under way. */
const once = <Body>(method: string, path: string, body?: object) =>
  api.request<Body>(method, path, body, { connection: 'close' })

const answeredByTwo = async (session: string, kind: string, number: number) => {
  const asked = { kind, title: `request ${number}`, options }
  const { id } = (await once<InboxRequest>('POST', `/api/sessions/${session}/requests`, asked)).body
  const answers = ['ada', 'bob'].map((by, n) => ({
    by,
    ...(random() < 0.7 ? { optionId: options[n]?.id } : { text: `${by} says ${number}` }),
  }))
  // Whose goes out first.
  if (random() < 0.5) answers.reverse()
  const got = await Promise.all(
    answers.map((answer) => once<InboxRequest & Refused>('POST', `/api/requests/${id}/answer`, answer)),
  )
  expect(got.map(({ status }) => status).sort()).toEqual([200, 409])
  const winner = got.findIndex(({ status }) => status === 200)
  const [won, lost] = [got[winner]?.body, got[1 - winner]?.body]
  expect(won).toMatchObject({ state: 'answered', answer: answers[winner] })
  expect(lost).toMatchObject({ code: 'ALREADY_ANSWERED', details: { answer: won?.answer } })
  expect(lost?.message).toContain(answers[winner]?.by)
  expect((await once('GET', `/api/requests/${id}`)).body).toEqual(won)
  count('requests answered by two')
}

describe('a request that two answer at once', () => {
  it(
    'has one winner, and the other is told who, and what',
    async () => {
      const project = await api.project()
      const sessions = await Promise.all(
        Array.from({ length: inParallel }, () => api.session(project.id, [], { status: 'working' })),
      )
      for (let done = 0; done < requests; done += inParallel)
        await Promise.all(
          sessions
            .slice(0, requests - done)
            .map(({ id }, n) => answeredByTwo(id, kinds[(done + n) % kinds.length] ?? 'question', done + n)),
        )
      expect(await api.get('/api/inbox')).toEqual([])
    },
    scaledMs(30_000),
  )
})
