// Somebody moves a workspace to another machine, and something of it stays behind.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client } from '../contract/http'
import { startServer } from '../contract/server'
import { maestroWith } from './maestro'

const { run } = maestroWith({})
const elsewhere = mkdtempSync(join(tmpdir(), 'maestro-transfer-'))
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

describe('export and import', () => {
  it('take everything along, once, with its ids', async () => {
    const server = await startServer()
    const api = client(server.url)
    const project = await api.project()
    const task = await api.task(project.id)
    server.signal('SIGTERM')
    await server.exited

    const file = join(elsewhere, 'workspace.ndjson')
    const exported = await run(['export', server.dataDir, file, '--json'])
    expect(exported.code).toBe(0)
    const { documents } = parseTrusted<{ documents: number }>(exported.stdout)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(documents)

    const location = join(elsewhere, 'data')
    const dry = await run(['import', file, location, '--dry-run', '--json'])
    expect(JSON.parse(dry.stdout)).toMatchObject({ stored: documents, conflicts: [] })
    expect(
      parseTrusted<{ stored: number }>((await run(['import', file, location, '--json'])).stdout).stored,
    ).toBe(documents)
    expect(JSON.parse((await run(['import', file, location, '--json'])).stdout)).toMatchObject({
      stored: 0,
      unchanged: documents,
    })
    const moved = await startServer({ env: { DATA_DIR: location } })
    expect(await client(moved.url).get(`/api/tasks/${task.id}`)).toEqual(task)
    await moved.stop()
    await server.stop()
  })

  it('say what is missing', async () => {
    expect((await run(['export', elsewhere])).code).toBe(64)
    const missing = await run(['import', join(elsewhere, 'none.ndjson'), join(elsewhere, 'b')])
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toContain('none.ndjson')
  })
})
