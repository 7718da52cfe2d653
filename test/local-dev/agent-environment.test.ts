// Whoever calls the API chooses what runs here; or an agent finds passwords, and works in another repository.
import { describe, expect, it } from 'vitest'
import { presetOf } from '../../local-dev/agents/presets'
import {
  inheritedEnvironment,
  pathBeginningWith,
  sessionEnvironment,
} from '../../local-dev/runner/agent-environment'
import { sessionFolder } from '../../local-dev/runner/session-folder'

const user = {
  PATH: '/usr/bin',
  HOME: '/home/ada',
  LC_ALL: 'C.UTF-8',
  ANTHROPIC_API_KEY: 'key',
  DATABASE_TYPE: 'postgres',
  DATABASE_URL: 'postgres://ada:secret@db/maestro',
  MAESTRO_API_TOKENS: 'secret',
  GIT_DIR: '/elsewhere/.git',
  GIT_OBJECT_DIRECTORY: '/elsewhere/.git/objects',
  GIT_AUTHOR_NAME: 'Ada',
  CLAUDECODE: '1',
  CODEX_SANDBOX: 'seatbelt',
  CLAUDE_CODE_USE_BEDROCK: '1',
  MAESTRO_SESSION_ID: 'sess_outer',
}

describe('what agents inherit', () => {
  it('is what their user has, without secrets of the server, another repository and an outer agent', () => {
    expect(inheritedEnvironment(user, undefined)).toEqual({
      PATH: '/usr/bin',
      HOME: '/home/ada',
      LC_ALL: 'C.UTF-8',
      ANTHROPIC_API_KEY: 'key',
      GIT_AUTHOR_NAME: 'Ada',
      CLAUDE_CODE_USE_BEDROCK: '1',
    })
  })

  it('is what is allowed, and what every program needs', () => {
    expect(Object.keys(inheritedEnvironment(user, ['ANTHROPIC_API_KEY', 'ABSENT']))).toEqual([
      'PATH',
      'HOME',
      'LC_ALL',
      'ANTHROPIC_API_KEY',
    ])
  })

  it('has no PATH that looks into the working directory', () => {
    expect(pathBeginningWith('/own', '/usr/bin:/bin')).toBe('/own:/usr/bin:/bin')
    expect(pathBeginningWith('/own', undefined)).toBe('/own')
    expect(pathBeginningWith('/own', '')).toBe('/own')
  })
})

describe('what a session says of its environment', () => {
  const own = {
    ...{ sessionId: 'sess_1', manifestPath: '/own/manifest.json', serverUrl: 'http://127.0.0.1:1' },
    ...{ run: 1, token: 'mst_sess_1_1_x' },
  }
  const environment = (env: Record<string, string>) =>
    sessionEnvironment(
      { PATH: '/usr/bin', HOME: '/home/ada', MAESTRO_AGENT: 'claude' },
      { env, strategy: 'queue' },
      own,
    )
  const unchanged = environment({})

  it.each([
    'PATH',
    'HOME',
    'LD_PRELOAD',
    'BASH_ENV',
    'GIT_SSH_COMMAND',
    'MAESTRO_AGENT',
    'MAESTRO_API_URL',
    'MAESTRO_SESSION_ID',
    'MAESTRO_SESSION_RUN',
    'MAESTRO_SERVER_URL',
    'MAESTRO_MANIFEST_PATH',
    'MAESTRO_API_TOKEN',
    'MAESTRO_X_',
    'maestro_x_a',
    'MAESTRO_X_A=B',
  ])('does not count for %s', (name) => {
    expect(environment({ [name]: '/tmp/evil' })).toEqual(unchanged)
    expect(environment({ MAESTRO_X_A: `nul\0${name}` })).toEqual(unchanged)
  })

  it('counts for its strategy and for what is meant for it', () => {
    expect(environment({ MAESTRO_X_TICKET: 'A-1', MAESTRO_STRATEGY: 'tree' })).toEqual({
      ...unchanged,
      MAESTRO_X_TICKET: 'A-1',
      MAESTRO_STRATEGY: 'tree',
    })
    expect(unchanged).toMatchObject({ MAESTRO_STRATEGY: 'queue', MAESTRO_SESSION_ID: 'sess_1' })
  })
})

it('the id of a session is the name of a folder, or refused', () => {
  expect(sessionFolder('/sessions', 'sess_1-a')).toBe('/sessions/sess_1-a')
  for (const id of ['', '.', '..', '../other', 'a/b', '.bin', 'a\0'])
    expect(() => sessionFolder('/sessions', id)).toThrow('cannot be the name of a folder')
})

it('a model is no option of the agent', () => {
  const invocation = { prompt: 'p', promptFile: '/p', interactive: false, permissionMode: undefined }
  expect(() =>
    presetOf('claude')?.terminal?.command({ ...invocation, model: '--mcp-config=/tmp/evil' }),
  ).toThrow('begins with -')
})
