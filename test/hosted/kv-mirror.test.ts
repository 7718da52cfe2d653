/** Workers KV mirrors what is stored, late and not always: no answer may ever come from it. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, client, type Project } from '../contract/http'
import { type Hosted, startHosted } from './target'

let target: Hosted
let api: Api

beforeAll(async () => {
  target = await startHosted()
  api = client(target.url)
})
afterAll(() => target.stop())

interface MirrorStatus {
  keys: number
  milliseconds: number
  problem?: string
}
const mirrorStatus = async () =>
  (await api.get<{ storage: { follower: MirrorStatus } }>('/health?verbose=1')).storage.follower
const mirrorIsCurrent = () =>
  expect.poll(mirrorStatus, { timeout: 25_000, interval: 100 }).toEqual({ keys: 0, milliseconds: 0 })

it('has what is stored, and nothing that was removed, with at most one write a second to a key', async () => {
  const project = await api.project()
  const gone = await api.project()
  await mirrorIsCurrent()
  expect(Object.keys(await target.kv())).toContain(`projects:${gone.id}`)
  const start = Date.now()
  let last = project
  for (let n = 0; Date.now() - start < 3000; n++)
    last = await api.ok<Project>('PUT', `/api/projects/${project.id}`, { name: `name ${n}` })
  await api.ok('DELETE', `/api/projects/${gone.id}`)
  await mirrorIsCurrent()

  const kept = await target.kv()
  expect(JSON.parse(kept[`projects:${project.id}`] ?? '')).toEqual(last)
  expect(Object.keys(kept)).not.toContain(`projects:${gone.id}`)
  const times = (await target.kvWrites()).filter(({ key }) => key === `projects:${project.id}`)
  expect(times.length).toBeGreaterThan(2)
  for (const [n, { time }] of times.entries())
    expect(time - (times[n - 1]?.time ?? 0)).toBeGreaterThanOrEqual(1000)
})

it('catches up when it took no writes for a while, and says until then what is wrong', async () => {
  await target.kvFails(true)
  const project = await api.project()
  const failures = async () => (await target.kvWrites()).filter(({ failed }) => failed).length
  await expect.poll(failures, { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
  expect(await mirrorStatus()).toEqual({
    keys: 1,
    milliseconds: expect.any(Number),
    problem: 'KV PUT failed: 429 Too Many Requests',
  })
  const renamed = await api.ok<Project>('PUT', `/api/projects/${project.id}`, { name: 'meanwhile' })
  await target.kvFails(false)
  await mirrorIsCurrent()
  expect(JSON.parse((await target.kv())[`projects:${project.id}`] ?? '')).toEqual(renamed)
})

it('never shows in an answer, whatever is in it', async () => {
  const project = await api.project({ name: 'true' })
  await mirrorIsCurrent()
  await target.putIntoKv(`projects:${project.id}`, JSON.stringify({ ...project, name: 'stale' }))
  await target.putIntoKv('projects:proj_ghost', JSON.stringify({ ...project, id: 'proj_ghost' }))
  await target.restart()
  expect(await api.get<Project>(`/api/projects/${project.id}`)).toEqual(project)
  expect((await api.request('GET', '/api/projects/proj_ghost')).status).toBe(404)
  const names = (await api.get<Project[]>('/api/projects')).map(({ name }) => name)
  expect(names).not.toContain('stale')
})
