// An agent is called with words that it does not know, or with a prompt that a shell has chewed, and does nothing.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseAgent } from '../../local-dev/agents/choose'
import { splitWords } from '../../local-dev/agents/command-line'
import type { AgentInvocation } from '../../local-dev/agents/presets'
import { gemini } from '../../local-dev/agents/presets/gemini'
import { opencode } from '../../local-dev/agents/presets/opencode'
import { parseTrusted } from '../../schemas/json-text'

const invocation: AgentInvocation = {
  prompt: 'Do `this`, $HOME and "that"',
  promptFile: '/sessions/one/prompt.md',
  interactive: false,
  model: 'opus',
  permissionMode: 'acceptEdits',
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-agents-'))
  for (const name of ['claude', 'codex', 'gemini', 'opencode', 'other']) {
    writeFileSync(join(folder, name), '#!/bin/sh\n')
    chmodSync(join(folder, name), 0o755)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const choose = (requested: string | undefined, searchPath = folder) =>
  chooseAgent({ requested, cwd: folder, searchPath, demo: ['node', 'demo'] })
const commandOf = async (requested: string, changed: Partial<AgentInvocation> = {}) => {
  const [program, ...args] = (await choose(requested)).command({ ...invocation, ...changed })
  return [program?.replace(`${folder}/`, ''), ...args]
}

describe('presets', () => {
  it('call claude with the prompt in its system prompt, model and permission mode, and leave to report', async () => {
    const rest = [
      ...['--allowedTools', 'Bash(maestro:*)', '--model', 'opus', '--permission-mode', 'acceptEdits'],
      ...['--append-system-prompt-file', invocation.promptFile],
      'Begin with your tasks, as your instructions say.',
    ]
    const settings = ['--settings', '/sessions/one/claude-settings.json']
    expect(await commandOf('claude')).toEqual(['claude', '--print', ...rest])
    expect(await commandOf('claude', { interactive: true })).toEqual(['claude', ...settings, ...rest])
    expect(await commandOf('claude', { permissionMode: undefined })).not.toContain('--permission-mode')
    // The prompt is no argument, however short: others would see it in the list of processes.
    expect((await commandOf('claude')).join(' ')).not.toContain(invocation.prompt)
  })

  it('let claude commit, build and test with auto, which it has no mode of that name for', async () => {
    const auto = (await commandOf('claude', { permissionMode: 'auto' })).join(' ')
    expect(auto).toMatch(/--allowedTools Bash\(maestro:\*\),.*Bash\(git commit:\*\)/)
    expect(auto).toContain('--permission-mode acceptEdits')
    expect(auto).not.toContain('Bash(git push')
  })

  it('have claude say when it waits, at a terminal, by a command that quotes for any path', async () => {
    const agent = await choose('claude')
    expect(agent.files?.(invocation)).toEqual({})
    const promptFile = "/it's/one/prompt.md"
    const files = agent.files?.({ ...invocation, promptFile, interactive: true }) ?? {}
    const { hooks } = parseTrusted<{ hooks: Record<string, [{ hooks: [{ command: string }] }]> }>(
      files['claude-settings.json'] ?? '',
    )
    expect(Object.keys(hooks)).toEqual([
      'UserPromptSubmit',
      'PermissionRequest',
      'Notification',
      'Stop',
      'PostToolUse',
    ])
    expect(hooks.Stop?.[0].hooks[0].command).toBe("maestro hook '/it'\\''s/one/hook.json'")
  })

  it('call codex in a sandbox that lets it reach the server', async () => {
    const network = ['--config', 'sandbox_workspace_write.network_access=true']
    expect(await commandOf('codex')).toEqual([
      'codex',
      'exec',
      '--skip-git-repo-check',
      ...['--config', 'allow_login_shell=false', '--model', 'opus'],
      '--sandbox',
      'workspace-write',
      ...network,
      invocation.prompt,
    ])
    expect(await commandOf('codex', { interactive: true })).toEqual([
      'codex',
      ...['--config', 'allow_login_shell=false', '--model', 'opus'],
      '--sandbox',
      'workspace-write',
      ...network,
      '--ask-for-approval',
      'on-request',
      invocation.prompt,
    ])
    expect(await commandOf('codex', { permissionMode: 'plan' })).toContain('read-only')
    const commits = 'sandbox_workspace_write.writable_roots=["/the app/.git"]'
    expect(await commandOf('codex', { permissionMode: 'auto', cwd: '/the app' })).toContain(commits)
    expect(await commandOf('codex', { permissionMode: 'acceptEdits', cwd: '/the app' })).not.toContain(
      commits,
    )
    expect(await commandOf('codex', { permissionMode: 'bypassPermissions' })).toContain(
      '--dangerously-bypass-approvals-and-sandbox',
    )
  })

  it('call gemini and opencode with and without a person before them', async () => {
    const modes = ['--approval-mode', 'auto_edit', '--policy', '/sessions/one/gemini-policy.toml']
    expect(await commandOf('gemini')).toEqual([
      ...['gemini', '--skip-trust', '--model', 'opus'],
      ...modes,
      ...['--prompt', invocation.prompt],
    ])
    expect(await commandOf('gemini', { version: '0.29.1' })).toContain('--allowed-tools')
    const policies = (permissionMode: string) =>
      gemini.terminal?.files?.({ ...invocation, permissionMode })['gemini-policy.toml'] ?? ''
    expect(policies('plan').match(/commandPrefix = .*/g)).toEqual(['commandPrefix = "maestro"'])
    expect(policies('auto')).toContain('commandPrefix = "git commit"')
    expect(await commandOf('gemini', { interactive: true })).toContain('--prompt-interactive')
    for (const permissionMode of ['of another agent', 'constructor'])
      expect(await commandOf('gemini', { permissionMode })).not.toContain('--approval-mode')
    expect(await commandOf('opencode')).toEqual(['opencode', 'run', '--model', 'opus', invocation.prompt])
    expect(await commandOf('opencode', { interactive: true, permissionMode: 'plan' })).toEqual([
      ...['opencode', '--model', 'opus', '--agent', 'plan'],
      ...['--prompt', invocation.prompt],
    ])
    const permission = (permissionMode: string | undefined) =>
      opencode.terminal?.env?.({ ...invocation, permissionMode }).OPENCODE_PERMISSION
    expect(permission('acceptEdits')).toContain('"maestro *":"allow"')
    expect(permission(undefined)).toBeUndefined()
  })

  it('refuse an agent that has no terminal', async () => {
    await expect(choose('qwen')).rejects.toMatchObject({ message: expect.stringContaining('--drive acp') })
  })

  it('say where the prompt is when it is too long for an argument, and never give it as an option', async () => {
    const long = await commandOf('opencode', { prompt: 'é'.repeat(60_000) })
    expect(long.at(-1)).toContain('/sessions/one/prompt.md')
    expect((await commandOf('opencode', { prompt: '- a list' })).at(-1)).toBe('\n- a list')
    expect((await commandOf('opencode', { prompt: 'no\0thing' })).at(-1)).toBe('nothing')
  })

  it('are looked for in an order when nobody says which', async () => {
    expect((await choose(undefined)).name).toBe('claude')
    expect((await choose(' ')).name).toBe('claude')
    await expect(choose(undefined, '/nowhere')).rejects.toMatchObject({ exitCode: 1 })
  })
})

describe('a command line', () => {
  it('gets the prompt in one piece, or the file', async () => {
    expect(await commandOf('other --ask {prompt} --in "{promptFile}" x={promptFile}')).toEqual([
      'other',
      '--ask',
      invocation.prompt,
      '--in',
      invocation.promptFile,
      `x=${invocation.promptFile}`,
    ])
  })

  it('does not look for placeholders in the prompt itself', async () => {
    expect(await commandOf('other {prompt}', { prompt: 'say {promptFile}' })).toEqual([
      'other',
      'say {promptFile}',
    ])
  })

  it('may begin with a path, seen from the project', async () => {
    expect((await choose('./other {prompt}')).command(invocation)[0]).toBe(join(folder, 'other'))
    await expect(choose('./missing {prompt}')).rejects.toMatchObject({ exitCode: 1 })
  })

  it('is refused without a place for the prompt, or with an open quote', async () => {
    for (const wrong of ['other', 'constructor', "other '{prompt}", '{prompt}'])
      await expect(choose(wrong)).rejects.toMatchObject({ exitCode: 64 })
  })

  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    [`a 'b  c' "d 'e'"`, ['a', 'b  c', "d 'e'"]],
    [String.raw`a\ b "c\"d\\e\n" 'f\'`, ['a b', String.raw`c"d\e\n`, 'f\\']],
    [`x'y'"z" ''`, ['xyz', '']],
    [' ', []],
  ])('%s is taken apart as a shell would', (line, words) => {
    expect(splitWords(line)).toEqual(words)
  })

  it('with something that is not closed is none', () => {
    for (const line of ['a "b', "a 'b", 'a \\']) expect(() => splitWords(line)).toThrow('is not closed')
  })
})

it('the demo agent is a part of the command', async () => {
  expect((await choose('demo')).command(invocation)).toEqual(['node', 'demo'])
})
