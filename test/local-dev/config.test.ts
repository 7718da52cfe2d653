import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../local-dev/server/config'
import { anyText } from '../any-text'

const home = '/home/dev'

const config = (env: NodeJS.ProcessEnv) => {
  const result = readConfig(env, home)
  if ('problems' in result) throw new Error(result.problems.join('\n'))
  return result.config
}

const problems = (env: NodeJS.ProcessEnv): string[] => {
  const result = readConfig(env, home)
  return 'problems' in result ? result.problems : []
}

test('a developer who sets nothing gets a working server', () => {
  expect(config({})).toEqual({
    port: 3000,
    host: '::',
    serverUrl: 'http://localhost:3000',
    dataDir: '/home/dev/.maestro/data',
    sessionDir: '/home/dev/.maestro/sessions',
    skillsDir: '/home/dev/.agents-ui/maestro-skills',
    databaseType: 'filesystem',
    manifestGenerator: 'auto',
    corsEnabled: true,
    corsOrigins: ['*'],
    corsCredentials: false,
    logLevel: 'info',
    logFormat: 'pretty',
    nodeEnv: 'development',
    durability: 'process',
    maxBodyBytes: 1_048_576,
    maxChildren: 8,
  })
})

test('every variable counts', () => {
  const env = {
    PORT: '8080',
    HOST: '127.0.0.1',
    SERVER_URL: 'https://box.example/maestro/',
    DATA_DIR: '/srv/data',
    SESSION_DIR: '/srv/sessions',
    SKILLS_DIR: '/srv/skills',
    DATABASE_TYPE: 'postgres',
    DATABASE_URL: 'postgres://user:pw@host:5432/db?ssl=true&max=10',
    MANIFEST_GENERATOR: 'server',
    MAESTRO_CLI_PATH: '/opt/maestro',
    CORS_ENABLED: 'false',
    CORS_ORIGINS: 'https://ui.example, tauri://localhost',
    CORS_CREDENTIALS: 'true',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    LOG_FILE: '/srv/maestro.log',
    DEBUG: 'false',
    NODE_ENV: 'production',
    DURABILITY: 'strict',
    MAESTRO_API_TOKEN: 's3cret',
    MAX_BODY_BYTES: '2048',
    MAX_CHILDREN: '3',
  }
  expect(config(env)).toEqual({
    port: 8080,
    host: '127.0.0.1',
    serverUrl: 'https://box.example/maestro',
    dataDir: '/srv/data',
    sessionDir: '/srv/sessions',
    skillsDir: '/srv/skills',
    databaseType: 'postgres',
    databaseUrl: 'postgres://user:pw@host:5432/db?ssl=true&max=10',
    manifestGenerator: 'server',
    maestroCliPath: '/opt/maestro',
    corsEnabled: false,
    corsOrigins: ['https://ui.example', 'tauri://localhost'],
    corsCredentials: true,
    logLevel: 'warn',
    logFormat: 'json',
    logFile: '/srv/maestro.log',
    nodeEnv: 'production',
    durability: 'strict',
    apiToken: 's3cret',
    maxBodyBytes: 2048,
    maxChildren: 3,
  })
})

test('a variable left blank in an .env file is as good as absent', () => {
  const blank = Object.fromEntries(
    ['PORT', 'DATA_DIR', 'DATABASE_URL', 'CORS_ORIGINS', 'MAESTRO_API_TOKEN', 'LOG_FILE'].map((name) => [
      name,
      ' ',
    ]),
  )
  expect(config(blank)).toEqual(config({}))
})

test('an .env file with Windows line ends still starts the server', () => {
  expect(config({ PORT: '8080\r', LOG_LEVEL: 'warn\r' })).toMatchObject({ port: 8080, logLevel: 'warn' })
})

describe('paths lead to the same place wherever the server is started', () => {
  test.each([
    ['~', '/home/dev'],
    ['~/data', '/home/dev/data'],
    ['/srv/../data', '/data'],
    ['data', `${process.cwd()}/data`],
    ['~other/data', `${process.cwd()}/~other/data`],
  ])('%s', (path, expected) => {
    expect(config({ DATA_DIR: path, SESSION_DIR: path, SKILLS_DIR: path, LOG_FILE: path })).toMatchObject({
      dataDir: expected,
      sessionDir: expected,
      skillsDir: expected,
      logFile: expected,
    })
  })

  test.each([
    ['maestro-next', 'maestro-next'],
    ['./bin/maestro', `${process.cwd()}/bin/maestro`],
    ['~/bin/maestro', '/home/dev/bin/maestro'],
  ])('a CLI named without a directory is looked up on PATH: %s', (path, expected) => {
    expect(config({ MAESTRO_CLI_PATH: path }).maestroCliPath).toBe(expected)
  })
})

test('sessions are told the port that the server listens on', () => {
  expect(config({ PORT: '4000' }).serverUrl).toBe('http://localhost:4000')
  expect(config({ PORT: '4000', SERVER_URL: 'http://Box.lan:80//' }).serverUrl).toBe('http://box.lan')
})

test('CORS is off only with false, and DEBUG on only with true, whatever other tools put there', () => {
  expect(config({ CORS_ENABLED: '0' }).corsEnabled).toBe(true)
  expect(config({ DEBUG: 'vite:*' }).logLevel).toBe('info')
  expect(config({ DEBUG: 'true', LOG_LEVEL: 'warn' }).logLevel).toBe('debug')
})

test('an address may stand in brackets, as it does in a URL', () => {
  expect(config({ HOST: '[::1]' }).host).toBe('::1')
  expect(config({ HOST: ' [fe80::1%eth0] ' }).host).toBe('fe80::1%eth0')
})

test('an origin is recognised however it was typed', () => {
  const typed = 'HTTPS://UI.example:443/, https://ui.example,, http://[::1]:80, tauri://LOCALHOST, *'
  expect(config({ CORS_ORIGINS: typed }).corsOrigins).toEqual([
    'https://ui.example',
    'http://[::1]',
    'tauri://localhost',
    '*',
  ])
})

test('a database meant for another tool does not stop a server that uses files', () => {
  expect(problems({ DATABASE_URL: 'mysql://localhost/other' })).toEqual([])
})

describe('a mistake is named with what is allowed', () => {
  const webUrl = 'must be an http:// or https:// URL without user, query and fragment'
  const origin = 'must be * or an origin, scheme://host[:port] without a path'
  const postgres = 'must be postgres://user:password@host:port/database while DATABASE_TYPE is postgres'

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ PORT: 'abc' }, 'PORT="abc": must be a whole number from 1 to 65535'],
    [{ PORT: '0' }, 'PORT="0": must be a whole number from 1 to 65535'],
    [{ PORT: '65536' }, 'PORT="65536": must be a whole number from 1 to 65535'],
    [{ PORT: '3000.5' }, 'PORT="3000.5": must be a whole number from 1 to 65535'],
    [{ PORT: '0x10' }, 'PORT="0x10": must be a whole number from 1 to 65535'],
    [{ MAX_BODY_BYTES: '0' }, 'MAX_BODY_BYTES="0": must be a whole number above 0'],
    [{ MAX_BODY_BYTES: '1mb' }, 'MAX_BODY_BYTES="1mb": must be a whole number above 0'],
    [{ SERVER_URL: 'localhost:3000' }, `SERVER_URL="localhost:3000": ${webUrl}`],
    [{ SERVER_URL: 'ftp://box' }, `SERVER_URL="ftp://box": ${webUrl}`],
    [{ SERVER_URL: 'http://box/?a=b' }, `SERVER_URL="http://box/?a=b": ${webUrl}`],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL="loud": must be one of error, warn, info, debug'],
    [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT="xml": must be one of pretty, json'],
    [{ DATABASE_TYPE: 'mysql' }, 'DATABASE_TYPE="mysql": must be one of filesystem, postgres'],
    [{ MANIFEST_GENERATOR: 'ai' }, 'MANIFEST_GENERATOR="ai": must be one of auto, cli, server'],
    [{ NODE_ENV: 'staging' }, 'NODE_ENV="staging": must be one of development, production, test'],
    [{ DURABILITY: 'best' }, 'DURABILITY="best": must be one of process, strict'],
    [{ CORS_CREDENTIALS: 'yes' }, 'CORS_CREDENTIALS="yes": must be one of true, false'],
    [{ CORS_ORIGINS: 'localhost' }, `CORS_ORIGINS="localhost": "localhost" ${origin}`],
    [{ CORS_ORIGINS: 'http://a.b/c' }, `CORS_ORIGINS="http://a.b/c": "http://a.b/c" ${origin}`],
    [{ CORS_ORIGINS: 'https://*.b' }, `CORS_ORIGINS="https://*.b": "https://*.b" ${origin}`],
    [{ CORS_ORIGINS: 'null' }, `CORS_ORIGINS="null": "null" ${origin}`],
    [{ DATABASE_TYPE: 'postgres' }, `DATABASE_URL is not set: ${postgres}`],
    [
      { DATABASE_TYPE: 'postgres', DATABASE_URL: 'mysql://u:pw@h/db' },
      `DATABASE_URL (value not shown): ${postgres}`,
    ],
    [{ DATABASE_URL: 'not a URL, pw' }, 'DATABASE_URL (value not shown): must be a URL'],
    [
      { MAESTRO_API_TOKEN: 'pw with spaces' },
      'MAESTRO_API_TOKEN (value not shown): must be ASCII without spaces, or no request can carry it',
    ],
    [
      { CORS_CREDENTIALS: 'true' },
      'CORS_CREDENTIALS="true": must be false while CORS_ORIGINS is * (its default): list the origins by name',
    ],
  ])('%o', (env, expected) => {
    expect(problems(env).join('\n')).toBe(expected)
  })
})

test('all mistakes are told at once, those between variables too', () => {
  const found = problems({
    PORT: 'abc',
    LOG_LEVEL: 'loud',
    DATABASE_TYPE: 'postgres',
    CORS_CREDENTIALS: 'true',
    CORS_ORIGINS: 'nowhere,*,elsewhere',
  })
  expect(found.map((line) => line.split(/[ =]/)[0])).toEqual([
    'PORT',
    'CORS_ORIGINS',
    'CORS_ORIGINS',
    'LOG_LEVEL',
    'DATABASE_URL',
  ])
  expect(problems({ PORT: 'abc', CORS_CREDENTIALS: 'true' })).toHaveLength(2)
})

test('no password ends up on the screen, wherever it was typed', () => {
  const secret = fc.stringMatching(/^[A-Z]{12}$/)
  const leak = fc.constantFrom<(secret: string) => NodeJS.ProcessEnv>(
    (pw) => ({ MAESTRO_API_TOKEN: `${pw} ${pw}` }),
    (pw) => ({ DATABASE_TYPE: 'postgres', DATABASE_URL: pw }),
    (pw) => ({ DATABASE_TYPE: 'postgres', DATABASE_URL: `user:${pw}@host/db` }),
    (pw) => ({ DATABASE_TYPE: 'postgres', DATABASE_URL: `mysql://user:${pw}@host/db` }),
    (pw) => ({ SERVER_URL: `https://user:${pw}@host` }),
    (pw) => ({ SERVER_URL: `https://user:${pw}/@x@host` }),
    (pw) => ({ SERVER_URL: `user:${pw}@host` }),
    (pw) => ({ CORS_ORIGINS: `https://a.example, https://user:${pw}@host` }),
  )
  fc.assert(
    fc.property(leak, secret, (env, pw) => {
      const lines = problems(env(pw))
      expect(lines).not.toEqual([])
      expect(lines.join('\n')).not.toContain(pw)
    }),
  )
})

test('whatever the environment holds, the answer is a configuration or one line a problem', () => {
  const names = [
    'PORT',
    'SERVER_URL',
    'DATABASE_TYPE',
    'DATABASE_URL',
    'CORS_ORIGINS',
    'LOG_LEVEL',
    'DATA_DIR',
  ]
  const env = fc.dictionary(fc.constantFrom(...names), anyText())
  fc.assert(
    fc.property(env, (values) => {
      for (const line of problems(values)) expect(line).toMatch(/^[A-Z_]+( |=).*$/)
    }),
  )
})
