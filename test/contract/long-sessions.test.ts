/** A session of many entries: all of them are there for who asks for them, and nobody else is sent them all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client, refusal, type Session } from './http'
import { listen } from './stream'
import { sharedTarget } from './target'

const target = await sharedTarget()
const api = client(target.url)
afterAll(() => target.stop())

/** More than are sent along, of one list and not of the other. */
const total = 450
const messages = (from: number, to = total) =>
  Array.from({ length: to - from }, (_, n) => `entry ${from + n}`)
const messagesOf = (entries: readonly { message?: string }[]) => entries.map(({ message }) => message)

let id = ''
beforeAll(async () => {
  const project = await api.project()
  id = (await api.session(project.id)).id
  await api.ok('POST', `/api/sessions/${id}/events`, { type: 'first' })
  for (let from = 0; from < total; from += 150)
    await api.ok('PATCH', `/api/sessions/${id}`, {
      timeline: messages(from, from + 150).map((message) => ({ type: 'progress', message })),
    })
})

describe('a session of more than 200 entries', () => {
  it('has all of them where it is asked for alone', async () => {
    const session = await api.get<Session & { timelineTotal?: number }>(`/api/sessions/${id}`)
    expect(messagesOf(session.timeline)).toEqual(messages(0))
    expect(session.timelineTotal).toBe(undefined)
    expect(session).not.toHaveProperty('eventsTotal')
  })

  it('is sent with the newest 200 of each in a list, in what a change answers, and in its event', async () => {
    const whole = await api.get<Session>(`/api/sessions/${id}`)
    const brief = {
      ...whole,
      timeline: whole.timeline.slice(-200),
      eventsTotal: 1,
      timelineTotal: total,
    }
    const listed = await api.get<Session[]>('/api/sessions')
    expect(listed.find((session) => session.id === id)).toEqual(brief)

    const stream = await listen(target.url, { query: `rooms=session:${id}` })
    const changed = await api.ok<Session>('PATCH', `/api/sessions/${id}`, { name: 'Long' })
    expect(changed).toEqual({ ...brief, name: 'Long', lastActivity: changed.lastActivity })
    expect((await stream.next()).message.data).toEqual(changed)
    await stream.close()
  })

  it('has one tag, whether it is sent whole or not, and If-Match with it holds', async () => {
    const url = `${target.url}/api/sessions/${id}`
    const etag = (await fetch(url)).headers.get('etag') ?? ''
    const patch = (tag: string) =>
      fetch(url, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'if-match': tag },
        body: JSON.stringify({ timeline: [{ type: 'progress', id: 'again', message: 'once' }] }),
      })
    const changed = await patch(etag)
    expect(changed.status).toBe(200)
    const next = changed.headers.get('etag') ?? ''
    expect(next).not.toBe(etag)
    expect((await fetch(url)).headers.get('etag')).toBe(next)
    expect((await fetch(url, { headers: { 'if-none-match': next } })).status).toBe(304)
    expect((await patch(etag)).status).toBe(412)
    // Its id is there: nothing is added, and still the session has changed.
    expect(await (await patch(next)).json()).toMatchObject({ timelineTotal: total + 1 })
  })

  it('gives its entries a page at a time', async () => {
    const path = `/api/sessions/${id}/timeline`
    const all = (await api.get<Session>(`/api/sessions/${id}`)).timeline
    const pages: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const answer: Response = await fetch(`${target.url}${path}?limit=200${cursor && `&cursor=${cursor}`}`)
      expect(answer.headers.get('x-total-count')).toBe(String(all.length))
      pages.push(...parseTrusted<unknown[]>(await answer.text()))
      cursor = answer.headers.get('x-next-cursor')
    }
    expect(pages).toEqual(all)
    expect(await api.get(path)).toEqual(all)
    expect(await api.get(`${path}?cursor=100000&limit=5`)).toEqual([])
    const events = await api.get<{ type: string }[]>(`/api/sessions/${id}/events?limit=1`)
    expect(events.map(({ type }) => type)).toEqual(['first'])
  })

  it.each(['limit=0', 'limit=1001', 'cursor=x', 'cursor=-1'])('refuses a page of %s', async (query) => {
    const answer = await api.request('GET', `/api/sessions/${id}/events?${query}`)
    expect(answer).toMatchObject(refusal(400, 'VALIDATION_ERROR'))
  })

  it('has no entries where it is not there', async () => {
    for (const list of ['timeline', 'events'])
      expect(await api.request('GET', `/api/sessions/sess_none/${list}`)).toMatchObject(
        refusal(404, 'NOT_FOUND', 'Session not found'),
      )
  })
})
