// A runner gives an agent that speaks ACP a terminal, or none to one that needs it; or its driver starts another program.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { chooseDrive } from '../../local-dev/agents/drive'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-drive-'))
  // What is installed for this user is none of these tests'.
  vi.stubEnv('HOME', folder)
  for (const path of ['my-agent', 'only-terminals/codex', 'both/gemini', 'both/codex', 'both/codex-acp']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '#!/bin/sh\n', { mode: 0o755 })
  }
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const choose = (
  env: Record<string, string>,
  { drive, named, cwd }: { drive?: 'acp' | 'terminal'; named?: string; cwd?: string } = {},
) => chooseDrive({ drive, named, cwd, env: { PATH: folder, ...env } })

it('a command of one’s own speaks ACP, unless a terminal or another agent is asked for', async () => {
  const env = { MAESTRO_AGENT_ACP: "my-agent --acp 'in one'", MAESTRO_AGENT: 'claude' }
  const own = { name: 'my-agent', command: [join(folder, 'my-agent'), '--acp', 'in one'] }
  expect(await choose(env)).toEqual(own)
  expect(await choose({ ...env, MAESTRO_DRIVE: 'acp' })).toEqual(own)
  expect(await choose({ ...env, MAESTRO_DRIVE: 'terminal' })).toBeUndefined()
  expect(await choose({ ...env, MAESTRO_DRIVE: 'terminal' }, { drive: 'acp' })).toEqual(own)
  expect(await choose(env, { drive: 'terminal' })).toBeUndefined()
  expect(await choose(env, { named: 'my-agent {prompt}' })).toBeUndefined()
})

it('an agent that is known by name speaks ACP where the program for that is found', async () => {
  const both = { PATH: join(folder, 'both') }
  const [codex, gemini] = ['codex-acp', 'gemini'].map((name) => join(folder, 'both', name))
  expect(await choose(both, { named: 'codex' })).toMatchObject({ name: 'codex', command: [codex] })
  expect(await choose({ ...both, MAESTRO_AGENT: 'gemini' })).toMatchObject({
    name: 'gemini',
    command: expect.arrayContaining([gemini, '--acp']),
  })
  expect(await choose({ ...both, MAESTRO_AGENT_ACP: 'my-agent' }, { named: 'gemini' })).toMatchObject({
    name: 'gemini',
  })
  expect(await choose(both, { named: 'codex', drive: 'terminal' })).toBeUndefined()
  expect(await choose({ PATH: join(folder, 'only-terminals') }, { named: 'codex' })).toBeUndefined()
  await expect(
    choose({ PATH: join(folder, 'only-terminals') }, { named: 'codex', drive: 'acp' }),
  ).rejects.toThrow('maestro agents install codex')
})

it('without a name it is the first that is here, or the first that speaks ACP where that is asked for', async () => {
  const both = { PATH: join(folder, 'both') }
  expect((await choose(both))?.name).toBe('codex')
  const some = { PATH: `${join(folder, 'only-terminals')}` }
  expect(await choose(some)).toBeUndefined()
  await expect(choose(some, { drive: 'acp' })).rejects.toThrow(/first on PATH cannot be driven over ACP/)
})

it('a program of one’s own is looked for where the agent starts, and called as people do', async () => {
  const { command } = (await choose({ MAESTRO_AGENT_ACP: './bin/agent -x' }, { cwd: '/work' })) ?? {}
  expect(command).toEqual(['/work/bin/agent', '-x'])
  expect((await choose({ MAESTRO_AGENT_ACP: './bin/agent' }))?.command).toEqual(['./bin/agent'])
  expect((await choose({ MAESTRO_AGENT_ACP: '/usr/bin/node --no-warnings /a/agent.mjs x' }))?.name).toBe(
    'agent.mjs',
  )
})

it('what cannot be had is refused with what to do', async () => {
  await expect(choose({ MAESTRO_AGENT_ACP: 'gone' })).rejects.toThrow(/gone is not on PATH.*--agent-acp/)
  await expect(choose({ MAESTRO_AGENT_ACP: "a 'b" })).rejects.toMatchObject({ exitCode: 64 })
  await expect(choose({}, { drive: 'acp', named: 'my-agent {prompt}' })).rejects.toThrow(/--agent-acp/)
  await expect(choose({ MAESTRO_DRIVE: 'acp' })).rejects.toThrow(/--agent-acp/)
})

it('without any of it, or with a word that is none of ours, it is a terminal', async () => {
  expect(await choose({})).toBeUndefined()
  expect(await choose({ MAESTRO_DRIVE: 'car', MAESTRO_AGENT_ACP: '' })).toBeUndefined()
})
