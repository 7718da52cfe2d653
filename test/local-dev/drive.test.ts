// A runner gives an agent that speaks ACP a terminal, or none to one that needs it; or its driver starts another program.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chooseDrive } from '../../local-dev/agents/drive'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-drive-'))
  writeFileSync(join(folder, 'my-agent'), '#!/bin/sh\n', { mode: 0o755 })
})
afterAll(() => rmSync(folder, { recursive: true }))

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
