// Somebody moves a workspace to another machine, and something of it stays behind.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'
import { client } from '../contract/http'
import { startServer } from '../contract/server'
import { maestroInProcess } from './in-process'
import { maestroWith, program } from './maestro'

const { run } = maestroInProcess({})
/** As a process, where its own outputs are what is tried, or its thread writes files. */
const { run: runProcess } = maestroWith({})
const elsewhere = mkdtempSync(join(tmpdir(), 'maestro-transfer-'))
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

const inElsewhere = (name: string) => join(elsewhere, name)

/** The directory of a server that is no more, what that answered, and a copy. */
let stopped: string
let before: unknown
const data = inElsewhere('stopped')
let everything: (url: string) => Promise<unknown>
beforeAll(async () => {
  const server = await startServer()
  const api = client(server.url)
  const project = await api.project()
  const task = await api.task(project.id)
  const { id } = await api.session(project.id, [task.id])
  const asks = async () =>
    (await api.ok<{ id: string }>('POST', `/api/sessions/${id}/requests`, { kind: 'question', title: '?' }))
      .id
  await api.ok('POST', `/api/requests/${await asks()}/answer`, { text: 'This' })
  await asks()
  await api.ok('POST', `/api/sessions/${id}/messages`, { text: 'Go on' })
  await api.ok('POST', `/api/sessions/${id}/heartbeat`, {})
  everything = async (url: string) =>
    Promise.all(
      ['projects', 'tasks', 'sessions', 'inbox?state=all', `sessions/${id}/messages`].map((path) =>
        client(url).get(`/api/${path}`),
      ),
    )
  before = await everything(server.url)
  await server.terminate()
  stopped = server.dataDir
  cpSync(stopped, data, { recursive: true })
})

describe('export and import', () => {
  it('take everything along, once, with its ids', async () => {
    const file = join(elsewhere, 'workspace.ndjson')
    const exported = await run(['export', stopped, file, '--json'])
    expect(exported.code).toBe(0)
    const { documents } = parseTrusted<{ documents: number }>(exported.stdout)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(documents)

    const unread = join(stopped, 'projects', 'proj_circle.json')
    symlinkSync(unread, unread)
    const partial = await run(['export', stopped, join(elsewhere, 'partial.ndjson')])
    expect(partial).toMatchObject({ code: 1, stderr: expect.stringContaining('proj_circle.json') })
    expect(existsSync(join(elsewhere, 'partial.ndjson'))).toBe(false)
    rmSync(unread)

    const location = join(elsewhere, 'data')
    const dry = await run(['import', file, location, '--dry-run', '--json'])
    expect(JSON.parse(dry.stdout)).toMatchObject({ stored: documents, conflicts: [] })
    expect(
      parseTrusted<{ stored: number }>((await runProcess(['import', file, location, '--json'])).stdout)
        .stored,
    ).toBe(documents)
    expect(JSON.parse((await runProcess(['import', file, location, '--json'])).stdout)).toMatchObject({
      stored: 0,
      unchanged: documents,
    })
    const moved = await startServer({ env: { DATA_DIR: location } })
    expect(await everything(moved.url)).toEqual(before)
    await moved.stop()
  })

  it('say what is missing', async () => {
    expect((await run(['export', elsewhere])).code).toBe(64)
    const missing = await run(['import', join(elsewhere, 'none.ndjson'), join(elsewhere, 'b')])
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toContain(`There is no file ${join(elsewhere, 'none.ndjson')}`)
    const folder = await run(['import', elsewhere, join(elsewhere, 'b')])
    expect(folder).toMatchObject({ code: 1, stderr: expect.stringContaining('is a directory') })
  })
})

describe('a backup with a typo', () => {
  it('has failed, and leaves nothing that looks like a backup', async () => {
    const file = inElsewhere('typo.ndjson')
    mkdirSync(inElsewhere('empty'))
    writeFileSync(inElsewhere('a-file'), 'x')
    for (const name of ['dtaa', 'empty', 'a-file']) {
      const ended = await run(['export', inElsewhere(name), file])
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(inElsewhere(name)) })
    }
    expect(existsSync(inElsewhere('dtaa'))).toBe(false)
    expect(readdirSync(inElsewhere('empty'))).toEqual([])
    expect(existsSync(file)).toBe(false)
  })

  it('keeps the backup of yesterday', async () => {
    const file = inElsewhere('yesterday.ndjson')
    writeFileSync(file, 'yesterday')
    expect((await run(['export', inElsewhere('dtaa'), file])).code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe('yesterday')
  })
})

describe('an export', () => {
  it('goes to standard output and into a pipe, whole, with nothing else between the lines', async () => {
    const file = inElsewhere('plain.ndjson')
    expect((await run(['export', data, file])).code).toBe(0)
    const expected = readFileSync(file, 'utf8')
    const streamed = await runProcess(['export', data, '-'], { cwd: elsewhere })
    expect(streamed).toMatchObject({ code: 0, stdout: expected, stderr: expect.stringContaining('Exported') })
    expect(existsSync(inElsewhere('-'))).toBe(false)
    const fifo = inElsewhere('fifo')
    execFileSync('mkfifo', [fifo])
    const [ended, read] = await Promise.all([runProcess(['export', data, fifo]), readFile(fifo, 'utf8')])
    expect([ended.code, read]).toEqual([0, expected])
    expect(lstatSync(fifo).isFIFO()).toBe(true)
    const back = await runProcess(['import', '-', inElsewhere('from-pipe')], { input: `\uFEFF${expected}` })
    expect(back).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ stored, 0 unchanged/) })
  })

  it('has what there is to warn of apart from the documents', async () => {
    const [warned, file] = [inElsewhere('warned'), inElsewhere('warned.ndjson')]
    cpSync(data, warned, { recursive: true })
    const [name = ''] = readdirSync(join(warned, 'projects'))
    cpSync(join(warned, 'projects', name), join(warned, 'projects', name.replace('.json', ' 2.json')))
    expect((await run(['export', data, file])).code).toBe(0)
    const ended = await runProcess(['export', warned, '-'])
    expect(ended).toMatchObject({ code: 0, stdout: readFileSync(file, 'utf8') })
    expect(ended.stderr).toContain('A file beside the documents')
  })

  it('through a link writes what it points to', async () => {
    writeFileSync(inElsewhere('real.ndjson'), '')
    symlinkSync('real.ndjson', inElsewhere('link.ndjson'))
    expect((await run(['export', data, inElsewhere('link.ndjson')])).code).toBe(0)
    expect(lstatSync(inElsewhere('link.ndjson')).isSymbolicLink()).toBe(true)
    expect(readFileSync(inElsewhere('real.ndjson'), 'utf8')).toContain('"projects:')
  })

  it('onto a full disk, or to a reader that has gone, has failed', async () => {
    expect(await runProcess(['export', data, '/dev/full'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOSPC'),
    })
    const shell = (line: string) =>
      spawnSync('sh', ['-c', line, 'sh', process.execPath, program, data], { encoding: 'utf8' })
    expect(shell('"$1" "$2" export "$3" - > /dev/full')).toMatchObject({ status: 1 })
    expect(shell('{ "$1" "$2" export "$3" -; echo $? >&2; } | true').stderr).toMatch(
      /has gone before the end \(EPIPE\)\n1\n$/,
    )
  })
})

describe('an import of nothing', () => {
  it.each([
    ['an empty file', ''],
    ['blank lines', '\n\r\n \n'],
    ['Latin-1', Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x7d)],
    ['an archive', '\u001f\u008b\u0000'],
    ['a document that is none', '{"key":1}\n'],
  ])('%s has failed, and makes no directory', async (name, content) => {
    const [file, location] = [inElsewhere(`${name}.ndjson`), inElsewhere(`into ${name}`)]
    writeFileSync(file, content)
    const ended = await run(['import', file, location])
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(file) })
    expect(ended.stderr).not.toContain('invalid_type')
    expect(existsSync(location)).toBe(false)
  })

  it('as a dry run makes no directory either', async () => {
    const file = inElsewhere('dry.ndjson')
    expect((await run(['export', data, file])).code).toBe(0)
    const ended = await run(['import', file, inElsewhere('dry'), '--dry-run'])
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('would be stored') })
    expect(existsSync(inElsewhere('dry'))).toBe(false)
  })
})
