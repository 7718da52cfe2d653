// Writes down what a real agent says, for the tests that have none: its help, and one session over ACP.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify, stripVTControlCharacters } from 'node:util'
import * as z from 'zod'
import { openAgent, type PermissionOutcome } from '../../../local-dev/acp/agent'
import type { PermissionRequest } from '../../../local-dev/acp/protocol'
import type { FoundAcp } from '../../../local-dev/agents/find-acp'
import type { Preset } from '../../../local-dev/agents/presets'
import { findProgram } from '../../../local-dev/lib/find-program'
import { makeHome } from './home'
import { endProcess, startModel } from './model'
import { allowEverything } from './own-rules'

const helpFolder = join(import.meta.dirname, '../recordings')
const wireFolder = join(import.meta.dirname, '../../acp/recordings')

const run = promisify(execFile)

/** The pages of help of what we call in a terminal. */
const helpPages: Readonly<Record<string, string[][]>> = {
  // An option that the help leaves out, and what is said of a file that is not there.
  claude: [['--version'], ['--help'], ['--print', '--append-system-prompt-file', '/nowhere', 'Hello']],
  codex: [['--version'], ['--help'], ['exec', '--help']],
  gemini: [['--version'], ['--help']],
  opencode: [['--version'], ['--help'], ['run', '--help']],
}

const Failed = z.looseObject({ stdout: z.string(), stderr: z.string() })

/** What was recorded of a program that is not here stays. */
export const recordHelp = async (name: string): Promise<void> => {
  if ((await findProgram(name, process.env.PATH ?? '')) === undefined) return
  const home = mkdtempSync(join(tmpdir(), 'maestro-record-'))
  const pages: string[] = []
  for (const args of helpPages[name] ?? []) {
    const env = { PATH: process.env.PATH, HOME: home, COLUMNS: '200' }
    const { stdout, stderr } = await run(name, args, { env }).catch((error: unknown) => Failed.parse(error))
    const text = stripVTControlCharacters(stdout.trim() === '' ? stderr : stdout)
      .replace(/[ \t]+$/gm, '')
      .trim()
    pages.push(`$ ${[name, ...args].join(' ')}\n${text.replaceAll(home, '/home/ada')}\n`)
  }
  rmSync(home, { recursive: true, force: true })
  mkdirSync(helpFolder, { recursive: true })
  if (pages.length > 0) writeFileSync(join(helpFolder, `${name}.txt`), pages.join('\n'))
}

const pick = (kind: string, { options }: PermissionRequest): PermissionOutcome => {
  const option = options.find((each) => each.kind === kind)
  return option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' }
}

const maxCommands = 2

/** What an agent tells of its own commands is long, and nothing here looks at it. */
const withoutLongTexts = (key: string, value: unknown): unknown => {
  if (key === 'availableCommands' && Array.isArray(value)) return value.slice(0, maxCommands)
  const max = key === 'description' ? 60 : 600
  return typeof value === 'string' ? value.slice(0, max) : value
}

/**
 * One session, where user and project have allowed everything: a write that is refused, a command that is allowed, and the
 * same session loaded again in another process.
 * Returns whether it asked for both.
 */
export const recordSession = async ({ name, acp }: Preset, found: FoundAcp): Promise<string> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-record-')))
  const app = join(folder, 'app')
  const home = join(folder, 'home')
  for (const path of [app, home]) mkdirSync(path)
  const model = await startModel(join(folder, 'model.ndjson'))
  const environment = { PATH: process.env.PATH, PWD: app, ...makeHome(home, model.url) }
  allowEverything(home, app)
  const messages: string[] = []
  const asked: string[] = []
  const open = (kinds: string[]) =>
    openAgent({
      command: found.command,
      cwd: app,
      env: { ...environment, ...acp?.env?.(environment) },
      onUpdate: () => undefined,
      onPermission: async (request) => {
        asked.push(request.toolCall.title ?? request.toolCall.toolCallId)
        return pick(kinds.shift() ?? 'reject_once', request)
      },
      onNoise: () => undefined,
      onWire: (direction, message) =>
        messages.push(JSON.stringify({ [direction]: message }, withoutLongTexts)),
    })
  const text = (words: string) => [{ type: 'text' as const, text: words }]
  try {
    await model.setScript([
      { write: { path: join(app, 'refused.txt'), text: 'refused' } },
      { say: 'It was refused.' },
      { run: 'touch allowed.txt' },
      { say: 'It is done.' },
    ])
    const agent = await open(['reject_once', 'allow_once'])
    const session = await agent.newSession({ cwd: app, meta: acp?.sessionMeta })
    const mode = acp?.sessionMode('default')
    if (mode !== undefined && session.modes) await agent.setMode(session.sessionId, mode)
    // With some a refusal ends the turn.
    for (const words of ['Write a file', 'Touch a file', 'Go on'])
      if (!existsSync(join(app, 'allowed.txt'))) await agent.prompt(session.sessionId, text(words))
    // Some write their history down when they have nothing else to do.
    await sleep(1500)
    await agent.close()
    if (agent.capabilities.loadSession) {
      // gemini 0.61.0 names a history by the minute, and begins it anew if it is loaded within the same one.
      if (name === 'gemini') await sleep(60_500 - (Date.now() % 60_000))
      const again = await open([])
      await again.loadSession({ sessionId: session.sessionId, cwd: app, meta: acp?.sessionMeta })
      await again.close()
    }
    const done = ['refused.txt', 'allowed.txt'].filter((file) => existsSync(join(app, file)))
    return `asked for ${asked.join(' and ') || 'nothing'}; made ${done.join(', ') || 'nothing'}`
  } finally {
    await endProcess(model.process)
    mkdirSync(wireFolder, { recursive: true })
    const port = new URL(model.url).port
    const hidden = messages
      .join('\n')
      .replaceAll(folder, '/home/ada/work')
      .replaceAll(`127.0.0.1:${port}`, '127.0.0.1:3290')
      .replaceAll(hostname(), 'ada-laptop')
      .replaceAll(`"${userInfo().username}"`, '"ada"')
    writeFileSync(join(wireFolder, `${name}.ndjson`), `${hidden}\n`)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
