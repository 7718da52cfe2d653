// An agent that starts `maestro mcp` has no tools, or the person finds a token in its configuration.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client, type ClientOptions } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, type Session } from '../contract/http'
import { callTool, type Era, eras, speaking, tool } from '../contract/mcp'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const target = await startInProcess({})
const api = client(target.url)
const home = mkdtempSync(join(tmpdir(), 'mcp-'))
afterAll(async () => {
  rmSync(home, { recursive: true, force: true })
  await target.stop()
})

let project = ''
beforeAll(async () => {
  project = (await api.project()).id
})

const cli = join(import.meta.dirname, '../../dist/cli.js')

/** A client whose server is a process of its own. */
const connectOver = async (
  env: Record<string, string>,
  era: Era,
  options: ClientOptions = {},
  args: string[] = [],
) => {
  const mcp = new Client({ name: 'test', version: '1' }, { ...speaking(era), ...options })
  const environment = { PATH: process.env.PATH ?? '', HOME: home, MAESTRO_SERVER_URL: target.url, ...env }
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, 'mcp', ...args],
    env: environment,
    stderr: 'ignore',
  })
  await mcp.connect(transport)
  return mcp
}

const spawned = async () => {
  const task = await api.task(project)
  const { session } = await api.ok<{ session: Session }>('POST', '/api/sessions/spawn', {
    projectId: project,
    taskIds: [task.id],
  })
  const { token } = await api.ok<{ token: string }>('POST', `/api/sessions/${session.id}/token`)
  return { session, task, token }
}

describe('maestro mcp', () => {
  it('answers what it was asked before its input ended', async () => {
    const request = (id: number, method: string, params: object) =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`
    const clientInfo = { name: 'test', version: '1' }
    const env = { PATH: process.env.PATH ?? '', HOME: home, MAESTRO_SERVER_URL: target.url }
    const mcp = spawn(process.execPath, [cli, 'mcp'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    mcp.stdin.end(
      request(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }) +
        `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n` +
        request(2, 'tools/call', {
          name: 'create_task',
          arguments: { projectId: project, title: 'Asked for, and told of' },
        }),
    )
    const answers = (await text(mcp.stdout)).trim().split('\n')
    expect(answers.map((line): unknown => JSON.parse(line))).toMatchObject([{ id: 1 }, { id: 2 }])
    expect(answers.at(-1)).toContain('Asked for, and told of')
  })

  it.each(eras)(
    'serves an agent that speaks the %s protocol: it claims, reports, asks, and hears of changes',
    async (era) => {
      const { session, token } = await spawned()
      const { id } = await api.task(project, { priority: 'high' })
      const options = { capabilities: { elicitation: { form: {} } } }
      const mcp = await connectOver({ MAESTRO_API_TOKEN: token }, era, options)
      mcp.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { text: 'ISO 8601' } }))
      expect((await mcp.listTools()).tools).toHaveLength(7)
      expect(await tool(mcp, 'whoami')).toMatchObject({ session: { id: session.id } })
      expect(await tool(mcp, 'claim_next')).toMatchObject({ task: { id, claim: { epoch: 1 } } })
      expect(await tool(mcp, 'report', { taskId: id, message: 'Half done' })).toMatchObject({ taskId: id })
      expect(await tool(mcp, 'ask', { title: 'Which format?', taskId: id })).toMatchObject({
        state: 'answered',
        answer: { text: 'ISO 8601' },
      })
      const uri = `maestro://tasks/${id}`
      const changed = new Promise((resolve) =>
        mcp.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)),
      )
      if (era === 'modern') await mcp.listen({ resourceSubscriptions: [uri] })
      else await mcp.subscribeResource({ uri })
      // Its own connection for events may come a moment later than this.
      const again = setInterval(
        () => void api.request('PATCH', `/api/tasks/${id}`, { title: 'Another' }),
        200,
      )
      expect(await changed).toBe(uri)
      clearInterval(again)
      expect(await tool(mcp, 'release', { taskId: id, outcome: 'completed' })).toMatchObject({
        status: 'completed',
      })
      await mcp.close()
    },
  )

  it('says to each call that the server cannot be reached, and what then', async () => {
    const env = { MAESTRO_SERVER_URL: 'http://127.0.0.1:9', MAESTRO_SESSION_ID: 'sess_1' }
    const mcp = await connectOver(env, 'legacy', {}, ['--tier', 'orchestrator'])
    expect((await mcp.listTools()).tools).toHaveLength(15)
    expect(await callTool(mcp, 'my_tasks')).toMatchObject({
      isError: true,
      body: { code: 'SERVER_UNREACHABLE', next: expect.stringContaining('server running') },
    })
    await mcp.close()
  })

  it('answers what is no JSON-RPC, goes on, and ends with its input', async () => {
    const { run } = maestroInProcess({ MAESTRO_SERVER_URL: target.url, HOME: home })
    const hello = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    }
    const wrongs = ['nonsense', '', '{"jsonrpc":"2.0","id":7}', '[]', '\u{1f4a5}{"jsonrpc"']
    const { code, stdout } = await run(['mcp'], { input: [...wrongs, JSON.stringify(hello)].join('\n') })
    expect(code).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toMatchObject([
      ...[-32700, -32600, -32600, -32700].map((code, at) => ({ id: at === 1 ? 7 : null, error: { code } })),
      { id: 1, result: { protocolVersion: '2025-06-18' } },
    ])
    const wrong = await run(['mcp', '--tier', 'boss'])
    expect(wrong).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--tier must be one of worker, orchestrator, all, not "boss"'),
    })
  })
})

describe('maestro mcp install', () => {
  const token = 'a-secret-token'
  const maestro = maestroInProcess({ HOME: home, MAESTRO_API_TOKEN: token })
  const files = {
    claude: '.claude.json',
    codex: '.codex/config.toml',
    gemini: '.gemini/settings.json',
    opencode: '.config/opencode/opencode.json',
  }

  it.each(Object.entries(files))(
    'writes the configuration of %s, with the name of the token alone',
    async (agent, name) => {
      const file = join(home, name)
      const shown = await maestro.run(['mcp', 'install', agent, '--print', '--tier', 'worker'])
      expect(shown.stdout).toContain(file)
      expect(shown.stdout).toContain('--tier')
      expect(() => statSync(file)).toThrow()

      expect((await maestro.run(['mcp', 'install', agent])).stdout).toContain(`Wrote maestro into ${file}`)
      const written = readFileSync(file, 'utf8')
      expect(written).toContain('MAESTRO_API_TOKEN')
      expect(written).not.toContain(token)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect((await maestro.run(['mcp', 'install', agent])).stdout).toContain('nothing is changed')
      expect(readFileSync(file, 'utf8')).toBe(written)
    },
  )

  it('keeps all else that is in a file, its rights, and a link to it', async () => {
    const kept = join(home, 'dotfiles')
    mkdirSync(kept)
    const settings = {
      theme: 'dark',
      mcpServers: { other: { command: 'other' }, maestro: { command: 'old' } },
    }
    writeFileSync(join(kept, 'claude.json'), JSON.stringify(settings), { mode: 0o640 })
    const own = mkdtempSync(join(home, 'claude-'))
    symlinkSync(join(kept, 'claude.json'), join(own, '.claude.json'))
    await maestro.run(['mcp', 'install', 'claude'], { env: { CLAUDE_CONFIG_DIR: own } })
    expect(JSON.parse(readFileSync(join(kept, 'claude.json'), 'utf8'))).toMatchObject({
      theme: 'dark',
      mcpServers: { other: { command: 'other' }, maestro: { command: 'maestro', args: ['mcp'] } },
    })
    expect(statSync(join(kept, 'claude.json')).mode & 0o777).toBe(0o640)

    const codexHome = mkdtempSync(join(home, 'codex-'))
    const toml = join(codexHome, 'config.toml')
    writeFileSync(
      toml,
      'model = "x"\n\n[mcp_servers.maestro]\ncommand = "old"\n\n[profiles.a]\nmodel = "y"\n',
    )
    await maestro.run(['mcp', 'install', 'codex'], { env: { CODEX_HOME: codexHome } })
    const text = readFileSync(toml, 'utf8')
    expect(text).toMatch(/^model = "x"\n\n\[mcp_servers\.maestro\]\ncommand = "maestro"\n/)
    expect(text).not.toContain('"old"')
    expect(text).toMatch(/\n\[profiles\.a\]\nmodel = "y"\n$/)
    const said = await maestro.text(['mcp', 'install', 'codex'], { env: { CODEX_HOME: codexHome } })
    expect(said).toContain('nothing is changed')
  })

  it('finds its table in whatever words, and leaves every other line as it was', async () => {
    const codexHome = mkdtempSync(join(home, 'codex-'))
    const toml = join(codexHome, 'config.toml')
    const before = [
      '# mine',
      `text = """\n[mcp_servers.maestro]\n""" # no table`,
      `'single' = 'C:\\x' # a comment`,
      'list = [ "a", # one\n  { b.c = [2024-05-01 10:00:00, -1.5e3] },\n]',
      '[mcp_servers."other"]\ncommand = "o"',
      '',
    ].join('\r\n')
    const own = `[ mcp_servers . 'maestro' ]\ncommand = "old"\nargs = [\n "a",\n]\n`
    const after = '\n# of profiles\n[profiles.a]\nmodel = "y"\n'
    writeFileSync(toml, before + own + after)
    await maestro.text(['mcp', 'install', 'codex'], { env: { CODEX_HOME: codexHome } })
    const text = readFileSync(toml, 'utf8')
    expect(text.startsWith(`${before}[mcp_servers.maestro]\ncommand = "maestro"\n`)).toBe(true)
    expect(text.endsWith(`tool_timeout_sec = 90\n${after}`)).toBe(true)
  })

  it('leaves alone what it cannot read, and says what to add', async () => {
    const own = mkdtempSync(join(home, 'claude-'))
    for (const text of ['{ // a comment\n}', '[]', '{"mcpServers":7}']) {
      writeFileSync(join(own, '.claude.json'), text)
      const ended = await maestro.run(['mcp', 'install', 'claude'], { env: { CLAUDE_CONFIG_DIR: own } })
      expect(ended, text).toMatchObject({ code: 1, stderr: expect.stringContaining('is left alone') })
      expect(readFileSync(join(own, '.claude.json'), 'utf8')).toBe(text)
    }
    const codexHome = mkdtempSync(join(home, 'codex-'))
    const toml = join(codexHome, 'config.toml')
    for (const [text, why] of [
      ['model = "x', 'line 1:'],
      ['a = 1\n[profiles', 'line 2:'],
      ['notes = """\n[mcp_servers.maestro]\n', 'line '],
      ['list = [1,\n', 'line '],
      ['{"model":"x"}', 'line 1:'],
      ['a = 1 b = 2\n', 'line 1:'],
      ['mcp_servers = { maestro = { command = "x" } }\n', 'it says otherwise'],
      ['[mcp_servers]\nmaestro.command = "x"\n', 'it says otherwise'],
      ['[[mcp_servers."maestro"]]\n', 'it says otherwise'],
    ] as const) {
      writeFileSync(toml, text)
      const ended = await maestro.run(['mcp', 'install', 'codex'], { env: { CODEX_HOME: codexHome } })
      expect(ended, text).toMatchObject({ code: 1, stderr: expect.stringContaining(why) })
      expect(ended.stderr).toContain('is left alone')
      expect(readFileSync(toml, 'utf8')).toBe(text)
    }
    writeFileSync(toml, Buffer.from([0x61, 0x3d, 0xff]))
    const ended = await maestro.run(['mcp', 'install', 'codex'], { env: { CODEX_HOME: codexHome } })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('not UTF-8') })
    expect(readFileSync(toml)).toHaveLength(3)
    expect(await maestro.run(['mcp', 'install', 'vim'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('there are claude, codex, gemini, opencode'),
    })
  })
})
