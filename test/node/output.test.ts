// Nobody sees what an agent prints, or sees what no agent has printed.
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { client, type Problem, refusal } from '../contract/http'
import { startServer } from '../contract/server'

const server = await startServer()
const api = client(server.url)
afterAll(() => server.stop())

const project = await api.project()
let id = ''
let log = ''
beforeEach(async () => {
  id = (await api.session(project.id, [], { status: 'working' })).id
  log = join(server.sessionDir, id, 'output.log')
  mkdirSync(join(server.sessionDir, id), { recursive: true })
})

const read = async (headers: Record<string, string> = {}, query = '') => {
  const response = await fetch(`${server.url}/api/sessions/${id}/output${query}`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('what an agent has printed', () => {
  it('is nothing at first, then all of it, byte by byte', async () => {
    expect(await read()).toMatchObject({ status: 200, text: '' })
    const text = `\u001b[1mgrün\u001b[0m\r\n${'x'.repeat(300_000)}`
    writeFileSync(log, text)
    const answer = await read()
    expect(answer.text).toBe(text)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  it('comes in parts', async () => {
    writeFileSync(log, '0123456789')
    for (const [range, text, contentRange] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=0-99', '0123456789', 'bytes 0-9/10'],
    ] as const) {
      const part = await read({ Range: range })
      expect([part.status, part.text, part.headers.get('content-range')], range).toEqual([
        206,
        text,
        contentRange,
      ])
    }
    for (const range of ['bytes=4-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-', 'bytes=x'])
      expect(await read({ Range: range }), range).toMatchObject({ status: 200, text: '0123456789' })
    const beyond = await api.request<Problem>('GET', `/api/sessions/${id}/output`, undefined, {
      Range: 'bytes=10-',
    })
    expect(beyond).toMatchObject(refusal(416, 'RANGE_NOT_SATISFIABLE'))
    expect(beyond.headers.get('content-range')).toBe('bytes */10')
  })

  it('is sent as it comes, until the session has ended', async () => {
    writeFileSync(log, 'one\n')
    const response = await fetch(`${server.url}/api/sessions/${id}/output?follow=1`)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('one\n')
    appendFileSync(log, 'two\n')
    expect((await reader?.read())?.value).toBe('two\n')
    truncateSync(log, 2)
    await api.ok('POST', `/api/sessions/${id}/stop`)
    expect((await reader?.read())?.done).toBe(true)
  })

  it('is read only where it was printed', async () => {
    const elsewhere = { runner: { id: '1-0123456789ab', host: 'build-7', pid: 1, claimedAt: 1 } }
    await api.ok('PATCH', `/api/sessions/${id}`, { metadata: elsewhere })
    const refused = await api.request<Problem>('GET', `/api/sessions/${id}/output`)
    expect(refused).toMatchObject(refusal(501, 'NOT_IMPLEMENTED'))
    expect(refused.body.message).toContain('build-7')
    await api.ok('PATCH', `/api/sessions/${id}`, {
      metadata: { runner: { ...elsewhere.runner, host: hostname() } },
    })
    expect((await read()).status).toBe(200)
    expect(await api.request('GET', '/api/sessions/sess_0/output')).toMatchObject(
      refusal(404, 'NOT_FOUND', 'Session not found'),
    )
  })

  it('is no other file', async () => {
    const secret = join(server.sessionDir, 'secret')
    writeFileSync(secret, 'secret')
    symlinkSync(secret, log)
    expect(await read()).toMatchObject({ status: 200, text: '' })
    rmSync(log)
    mkdirSync(log)
    expect(await read()).toMatchObject({ status: 200, text: '' })
  })
})
