// Somebody asks which agents are here, and hears of one that does not start, or an install leaves half of one.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { presetNames } from '../../local-dev/agents/presets'
import { claude } from '../../local-dev/agents/presets/claude'
import { opencode } from '../../local-dev/agents/presets/opencode'
import { maestroInProcess } from './in-process'

let root: string
const ownHome = process.env.HOME
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'maestro-agents-'))
  process.env.HOME = join(root, 'home')
  mkdirSync(process.env.HOME)
})
afterEach(() => {
  process.env.HOME = ownHome
  rmSync(root, { recursive: true })
})

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}
const bin = (name: string, text: string) => write(join(root, 'bin', name), text)
const maestro = () => maestroInProcess({ PATH: join(root, 'bin'), HOME: join(root, 'home') })

describe('maestro agents', () => {
  it('lists what is here with its version, and says what is not', async () => {
    bin('codex', '#!/bin/sh\necho codex-cli 0.169.0\n')
    bin('opencode', '#!/bin/sh\nexit 3\n')
    const { json, text } = maestro()
    const agents = await json<Record<string, string>[]>(['agents'])
    expect(agents).toMatchObject([
      { name: 'codex', drive: 'terminal', version: '0.169.0', path: join(root, 'bin/codex') },
      { name: 'opencode', drive: 'acp', triedVersion: '1.18.33', asks: 'untried' },
      { name: 'opencode', drive: 'terminal' },
      { name: 'demo', drive: 'terminal' },
      { name: 'demo', drive: 'acp' },
    ])
    expect(agents[2]).not.toHaveProperty('version')
    const missing = presetNames.filter((name) => name !== 'codex' && name !== 'opencode').join(', ')
    expect(await text(['agents'])).toContain(`Not here: ${missing}. maestro agents install NAME`)
  })

  it.each(['check', 'install'])('%s names the agents that it knows', async (verb) => {
    const { code, stderr } = await maestro().run(['agents', verb, 'wren'])
    expect(code).toBe(64)
    expect(stderr).toContain(`There is no agent "wren": one of ${presetNames.join(', ')}`)
  })

  it('check says how to bring an agent that is not here', async () => {
    const { code, stderr } = await maestro().run(['agents', 'check', 'claude'])
    expect(code).toBe(1)
    expect(stderr).toContain(
      '"maestro agents install claude" brings @agentclientprotocol/claude-agent-acp@0.101.0',
    )
  })
})

describe('maestro agents install', () => {
  const { npm, program } = claude.acp ?? { npm: { package: '', version: '' }, program: '' }
  const agents = () => join(root, 'home/.maestro/agents/claude')
  /** An npm that makes what the real one does, as far as it is looked at. */
  const fakeNpm = (then: string) =>
    bin(
      'npm',
      `#!/bin/sh
PATH=/usr/bin:/bin
printf '%s\\n' "$*" >> '${root}/calls'
cd "$3" || exit 9
cp package.json '${root}/asked.json'
mkdir -p node_modules/${npm.package}
${then}
`,
    )
  const whole = `echo '{"name":"${npm.package}","version":"${npm.version}","bin":{"${program}":"main.js"}}' > node_modules/${npm.package}/package.json
echo '#!/usr/bin/env node' > node_modules/${npm.package}/main.js
echo '{"packages":{"node_modules/a":{"hasInstallScript":true},"node_modules/b":{}}}' > node_modules/.package-lock.json`

  it('brings the very version that was tried, runs no install script, and says which there were', async () => {
    fakeNpm(whole)
    const { run } = maestro()
    const { code, stdout } = await run(['agents', 'install', 'claude'])
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Install scripts of a were not run'),
    })
    expect(readFileSync(join(root, 'calls'), 'utf8')).toContain('--ignore-scripts')
    expect(JSON.parse(readFileSync(join(root, 'asked.json'), 'utf8'))).toMatchObject({
      dependencies: { [npm.package]: npm.version },
    })
    expect(readdirSync(agents())).toEqual([npm.version])
    expect((await run(['agents', 'install', 'claude'])).stdout).toContain('Is there already')
    expect(readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')).toHaveLength(1)
    const listed = await maestro().json<object[]>(['agents'])
    expect(listed[0]).toMatchObject({ name: 'claude', drive: 'acp', version: npm.version, asks: 'asks' })
  })

  it('leaves nothing of what npm has left half done, and says its reason', async () => {
    fakeNpm(`echo 'npm error code E404' >&2\necho "npm error 404 Not Found" >&2\nexit 1`)
    const { code, stderr } = await maestro().run(['agents', 'install', 'claude'])
    expect(code).toBe(1)
    expect(stderr).toContain('npm ended with 1: code E404; 404 Not Found')
    expect(readdirSync(agents())).toEqual([])
  })

  it('does not take a package without the program for the agent', async () => {
    fakeNpm(
      `echo '{"name":"${npm.package}","version":"${npm.version}"}' > node_modules/${npm.package}/package.json`,
    )
    const { code, stderr } = await maestro().run(['agents', 'install', 'claude'])
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`has no program ${program}`),
    })
    expect(existsSync(join(root, 'calls'))).toBe(true)
  })

  it('runs the one script that an agent does not start without, and only if that is said', async () => {
    const own = opencode.acp?.npm
    bin(
      'npm',
      `#!/bin/sh
PATH=/usr/bin:/bin
printf '%s\\n' "$*" >> '${root}/calls'
cd "$3" || exit 9
mkdir -p node_modules/opencode-ai
echo '{"name":"opencode-ai","version":"${own?.version}","bin":{"opencode":"opencode"}}' > node_modules/opencode-ai/package.json
echo '{"packages":{"node_modules/opencode-ai":{"hasInstallScript":true}}}' > node_modules/.package-lock.json
[ "$1" = install ] || echo ELF > node_modules/opencode-ai/opencode
`,
    )
    const { run } = maestro()
    const refused = await run(['agents', 'install', 'opencode'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--run-script runs that one') })
    expect(existsSync(join(root, 'calls'))).toBe(false)
    const { code, stdout } = await run(['agents', 'install', 'opencode', '--run-script'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.not.stringContaining('were not run') })
    const calls = readFileSync(join(root, 'calls'), 'utf8').trim().split('\n')
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['install', 'rebuild'])
    expect(calls[1]).toMatch(/ opencode-ai$/)
  })
})
