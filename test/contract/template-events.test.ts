import { afterAll, describe, expect, it } from 'vitest'
import { client } from './http'
import { connect, heardDuring } from './socket'
import { sharedTarget } from './target'

interface Template {
  id: string
  name: string
}

const target = await sharedTarget()
const api = client(target.url)
const listener = await connect(target.url, { path: '/?rooms=templates' })
const plain = await connect(target.url)
afterAll(async () => {
  await Promise.all([listener.close(), plain.close()])
  await target.stop()
})

const make = (fields: object = {}) =>
  api.ok<Template>('POST', '/api/templates', { name: 'Careful', role: 'worker', content: 'Care.', ...fields })

describe('template events', () => {
  it('tell those in the room of every change, in order, and nobody else', async () => {
    const heardByPlain = await heardDuring(plain, api, async () => {
      const made = await make()
      const path = `/api/templates/${made.id}`
      const updated = await api.ok('PUT', path, { name: 'Bold' })
      const reset = await api.ok('POST', `${path}/reset`)
      await api.ok('DELETE', path)
      const wanted = [
        ['template:created', made],
        ['template:updated', updated],
        ['template:updated', reset],
        ['template:deleted', { id: made.id }],
      ]
      for (const [type, data] of wanted)
        expect(await listener.next()).toEqual({ type, event: type, data, timestamp: expect.any(Number) })
    })
    expect(heardByPlain).toEqual([])
  })

  it('are not sent for what was refused', async () => {
    const { id } = await make()
    expect(await listener.next()).toMatchObject({ type: 'template:created', data: { id } })
    for (const [method, path, body] of [
      ['POST', '', { name: 'x', role: 'boss', content: 'x' }],
      ['PUT', `/${id}`, { name: '' }],
      ['PUT', '/tmpl_none', { name: 'x' }],
      ['POST', '/tmpl_none/reset', undefined],
      ['DELETE', '/tmpl_none', undefined],
    ] as const)
      expect((await api.request(method, `/api/templates${path}`, body)).status).toBeGreaterThanOrEqual(400)
    await api.ok('DELETE', `/api/templates/${id}`)
    expect(await listener.next()).toMatchObject({ type: 'template:deleted', data: { id } })
  })
})
