import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseTrusted } from '../../schemas/json-text'

// The log runs as it is shipped: bundled into one file, in a process of its own, its output a pipe.
const directory = mkdtempSync(join(tmpdir(), 'maestro-log-'))
const bundle = join(directory, 'log.mjs')
const logFile = join(directory, 'new', 'folder', 'server.log')

beforeAll(() => {
  buildSync({
    entryPoints: ['local-dev/server/log.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  })
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface LogOptions {
  logLevel?: string
  logFormat?: string
  logFile?: string
}

/** Runs `body` with `log`, then exits at once; gives what arrived on standard output and error. */
const run = (logOptions: LogOptions, body: string, shell = '') => {
  const config = JSON.stringify({ logLevel: 'info', logFormat: 'json', ...logOptions })
  const script = `import { createLog } from ${JSON.stringify(bundle)}
    const log = createLog(${config}); ${body}; process.exit(0)`
  const node = [process.execPath, '--input-type=module', '--eval', script]
  const command = shell ? ['sh', '-c', `"$@" ${shell}`, 'sh', ...node] : node
  const env = { ...process.env, TZ: 'UTC', FORCE_COLOR: '1' }
  const [program = '', ...args] = command
  return spawnSync(program, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 })
}

const parsed = (lines: string): Record<string, unknown>[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => parseTrusted<Record<string, unknown>>(line))

test('nothing that was logged right before the process ended is lost', () => {
  const { stdout } = run({}, `for (let i = 0; i < 5000; i++) log.info({ i }, 'x'.repeat(100))`)
  expect(parsed(stdout).at(-1)).toMatchObject({ i: 4999 })
  expect(parsed(stdout)).toHaveLength(5000)
})

test('pretty lines are lost no more than others', () => {
  const { stdout } = run({ logFormat: 'pretty' }, `for (let i = 0; i < 2000; i++) log.info({ i }, 'line')`)
  expect(stdout.trimEnd().split('\n')).toHaveLength(2000)
})

test('json is one object a line, with level, time, message and fields', () => {
  const { stdout } = run({}, `log.child({ requestId: 'r1' }).warn({ status: 500 }, 'two\\nlines')`)
  expect(parsed(stdout)).toEqual([
    { level: 'warn', time: expect.any(String), requestId: 'r1', status: 500, msg: 'two\nlines' },
  ])
})

test('pretty is readable, and holds no colour codes where nobody sees colours', () => {
  const { stdout } = run({ logFormat: 'pretty' }, `log.info({ port: 3000, dirs: { data: '/d' } }, 'Ready')`)
  expect(stdout).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: Ready \{"port":3000,"dirs":\{"data":"\/d"\}\}\n$/)
})

test('the level keeps less important lines out', () => {
  const all = `log.debug('d'); log.info('i'); log.warn('w'); log.error('e')`
  const levels = (logLevel: string) => parsed(run({ logLevel }, all).stdout).map(({ level }) => level)
  expect(levels('debug')).toEqual(['debug', 'info', 'warn', 'error'])
  expect(levels('warn')).toEqual(['warn', 'error'])
  expect(levels('error')).toEqual(['error'])
})

test('the file gets every line as json, after those of earlier runs', () => {
  run({ logFormat: 'pretty', logFile, logLevel: 'debug' }, `log.debug('first')`)
  const { stdout } = run({ logFormat: 'pretty', logFile }, `log.debug('hidden'); log.info('second')`)
  expect(stdout).toContain('second')
  expect(parsed(readFileSync(logFile, 'utf8')).map(({ msg }) => msg)).toEqual(['first', 'second'])
})

test('a log file that cannot be opened is named before the server starts', () => {
  mkdirSync(join(directory, 'a-directory'))
  const { status, stderr } = run({ logFile: join(directory, 'a-directory') }, '')
  expect(status).toBe(1)
  expect(stderr).toMatch(/LOG_FILE=".*a-directory" cannot be opened: EISDIR/)
})

// Only Linux has /dev/full.
test.skipIf(!existsSync('/dev/full'))('a full disk under the log does not stop the server', () => {
  const body = `for (let i = 0; i < 100; i++) log.info({ i }, 'still running')`
  const { status, stdout, stderr } = run({ logFile: '/dev/full' }, body)
  expect(status).toBe(0)
  expect(parsed(stdout)).toHaveLength(100)
  expect(stderr.match(/LOG_FILE \/dev\/full cannot be written: ENOSPC/g)).toHaveLength(1)
  expect(run({}, body, '> /dev/full').status).toBe(0)
})

test('a closed pipe (npm start | head) does not stop the server', () => {
  const body = `for (let i = 0; i < 5000; i++) log.info('x'.repeat(200)); process.stderr.write('survived')`
  expect(run({}, body, '| head -n 1').stderr).toBe('survived')
  expect(run({ logFormat: 'pretty' }, body, '| head -n 1').stderr).toBe('survived')
})

test('no token, password or session environment is readable, wherever it was put', () => {
  const body = `
    const secret = 'hunter2'
    const error = Object.assign(new Error('connect postgres://me:' + secret + '@db/x'), { token: secret })
    log.info({ token: secret, apiToken: secret, envVars: { A: secret }, MAESTRO_API_TOKEN: secret })
    log.info({ session: { id: 'ses_1', env: { A: secret } }, events: [{ data: { env: { A: secret } } }] })
    log.info({ req: { headers: { authorization: 'Bearer ' + secret, Cookie: secret } } })
    log.info({ config: { databaseUrl: 'postgres://me:' + secret + '@db/x' }, url: '/api/events?a=b&token=' + secret })
    log.error({ err: error })
    log.error(error)
    log.error({ reason: error, circular: error.self = error }, 'GET /?token=' + secret + ' failed')`
  for (const logFormat of ['json', 'pretty']) {
    const { stdout, status } = run({ logFormat, logFile: join(directory, 'secrets.log') }, body)
    expect(status).toBe(0)
    expect(stdout).toContain('[redacted]')
    expect(stdout).not.toContain('hunter2')
  }
  expect(readFileSync(join(directory, 'secrets.log'), 'utf8')).not.toContain('hunter2')
})

test('what is no secret stays readable', () => {
  const fields = {
    env: undefined,
    environment: 'test',
    tokens: 3,
    url: 'http://localhost:3000/?limit=2',
    n: null,
  }
  const { stdout } = run(
    {},
    `log.info({ ...${JSON.stringify(fields)}, at: new Date(0), list: [{ id: 1 }] }, 'm')`,
  )
  expect(parsed(stdout)[0]).toMatchObject({
    environment: 'test',
    tokens: 3,
    url: 'http://localhost:3000/?limit=2',
    n: null,
    at: '1970-01-01T00:00:00.000Z',
    list: [{ id: 1 }],
  })
})

test('an error keeps its kind, message and stack', () => {
  const { stdout } = run({}, `log.error({ err: new TypeError('no') }, 'Failed')`)
  expect(parsed(stdout)[0]).toMatchObject({
    msg: 'Failed',
    err: { type: 'TypeError', message: 'no', stack: expect.stringContaining('TypeError: no\n') },
  })
})
