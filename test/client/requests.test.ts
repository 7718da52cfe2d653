// A program that uses the client takes a failure for a success, or changes something that it did not name.
import { createServer } from 'node:http'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, MaestroError, ServerUnreachable } from '../../functions/client/client'
import { startServer } from '../contract/server'

const server = await startServer()
afterAll(() => server.stop())
const client = createClient({ url: `${server.url}/` })

describe('an error of the server', () => {
  it('comes with its status, code, message and details', async () => {
    const refused = await client.tasks
      .create({ projectId: 'proj_none', title: 'x', parentId: 'task_none' })
      .catch((error) => error)
    expect(refused).toBeInstanceOf(MaestroError)
    expect(refused).toMatchObject({ status: 404, code: 'PROJECT_NOT_FOUND', message: 'Project not found' })
    await expect(client.tasks.create({ projectId: '', title: '' })).rejects.toMatchObject({
      status: 400,
      code: 'VALIDATION_ERROR',
      details: { issues: [{ path: 'projectId' }, { path: 'title' }] },
    })
  })

  it.each(['', '.', '..'])('is given for the id "%s", which would lead to another path', async (id) => {
    const project = await client.projects.create({ name: 'app' })
    const task = await client.tasks.create({ projectId: project.id, title: 'not to be deleted' })
    await expect(client.sessions.removeTask(id, task.id)).rejects.toMatchObject({ status: 404 })
    expect(await client.tasks.get(task.id)).toEqual(task)
  })

  it.each(['a/b', 'a?b', 'a#b', 'ü', '%2e%2e', 'a b'])('is given for the unknown id "%s"', async (id) => {
    await expect(client.tasks.get(id)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })

  it('is told of an answer that is none of the API', async () => {
    const other = createServer((_request, response) =>
      response.writeHead(502).end('<html>Bad gateway</html>'),
    )
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const wrong = createClient({ url: `http://127.0.0.1:${port}` })
    await expect(wrong.projects.list()).rejects.toMatchObject({ status: 502, code: 'UNEXPECTED_ANSWER' })
  })
})

describe('no answer', () => {
  it('is told as such, with the reason', async () => {
    const gone = createClient({ url: 'http://127.0.0.1:1' })
    const failed = await gone.projects.list().catch((error) => error)
    expect(failed).toBeInstanceOf(ServerUnreachable)
    expect(failed.message).toMatch(/^Cannot reach the Maestro server at http:\/\/127.0.0.1:1: .+/)
  })

  it('is not waited for without end', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close().closeAllConnections())
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const waiting = createClient({ url: `http://127.0.0.1:${port}`, timeout: 50 })
    await expect(waiting.projects.list()).rejects.toBeInstanceOf(ServerUnreachable)
  })
})

it.each(['localhost:3000', 'ws://localhost:3000', '', 'http://'])('the URL "%s" is refused', (url) => {
  expect(() => createClient({ url })).toThrow(TypeError)
})

describe('a change with ifMatch', () => {
  it('is refused when somebody else was faster', async () => {
    const { id } = await client.projects.create({ name: 'app' })
    const { entity, etag } = await client.projects.getTagged(id)
    const theirs = await client.projects.update(id, { description: 'theirs' })
    await expect(
      client.projects.update(id, { description: `${entity.description}!` }, { ifMatch: etag }),
    ).rejects.toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' })
    const now = await client.projects.getTagged(id)
    expect(now.entity).toEqual(theirs)
    await client.projects.delete(id, { ifMatch: now.etag })
  })
})

describe('pages', () => {
  it('go through a list without leaving out or repeating one', async () => {
    const { id: projectId } = await client.projects.create({ name: 'app' })
    for (let index = 0; index < 5; index++) await client.tasks.create({ projectId, title: `task ${index}` })
    const all = await client.tasks.list({ projectId })
    const found = []
    for (let cursor: string | undefined, first = true; first || cursor; first = false) {
      const page = await client.tasks.page({ projectId, limit: 2, cursor })
      expect(page.total).toBe(5)
      found.push(...page.items)
      cursor = page.next
    }
    expect(found).toEqual(all)
  })

  it('null as a filter is the word null: tasks without a parent', async () => {
    const { id: projectId } = await client.projects.create({ name: 'app' })
    const parent = await client.tasks.create({ projectId, title: 'parent' })
    const child = await client.tasks.create({ projectId, title: 'child', parentId: parent.id })
    expect(await client.tasks.list({ projectId, parentId: null })).toEqual([parent])
    expect(await client.tasks.list({ projectId, parentId: parent.id })).toEqual([child])
    expect(await client.tasks.list({ projectId, parentId: undefined })).toHaveLength(2)
  })
})
