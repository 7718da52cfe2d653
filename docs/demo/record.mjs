// Makes docs/demo.svg from a real run: `npm run build && node docs/demo/record.mjs`. Needs tmux, git and bash.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { terminalSvg } from './terminal-svg.mjs'

const size = { columns: 118, rows: 30 }
const root = resolve(import.meta.dirname, '../..')
const port = 4390

/** What is typed, and how long it is looked at, in milliseconds. */
const steps = [
  ['maestro serve --run --agent demo > maestro.log &', 2000],
  ['mkdir app && cd app && git init --quiet', 700],
  ['maestro project create --name app', 1200],
  ["first=$(maestro task create --title 'Add the login page' --json | grep -o 'task_[0-9a-z_]*')", 1200],
  ["second=$(maestro task create --title 'Test the login page' --json | grep -o 'task_[0-9a-z_]*')", 1200],
  ["maestro session spawn --strategy queue --task-ids $first,$second --session-name 'Login page'", 900],
  ['maestro session watch', 5500],
  ['maestro task list', 1800],
  ['cat MAESTRO_DEMO.md', 3000],
]

const home = mkdtempSync(join(tmpdir(), 'maestro-demo-'))
const env = {
  HOME: home,
  PATH: `${join(home, 'bin')}:${process.env.PATH}`,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  PS1: '$ ',
  PORT: String(port),
  MAESTRO_SERVER_URL: `http://localhost:${port}`,
  TMUX_TMPDIR: home,
}
const tmux = (...args) =>
  execFileSync('tmux', ['-L', 'record', ...args], {
    env,
    cwd: home,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

const isThere = () => {
  try {
    tmux('has-session')
    return true
  } catch {
    return false
  }
}

const frames = []
const started = performance.now()
/** What the screen shows for so long, whenever it changes. */
const watch = async (milliseconds) => {
  for (const begun = performance.now(); performance.now() - begun < milliseconds; await sleep(80)) {
    const screen = tmux('capture-pane', '-e', '-p', '-t', 'demo').replaceAll(home, '/home/ada')
    if (screen !== frames.at(-1)?.screen) frames.push({ at: Math.round(performance.now() - started), screen })
  }
}

try {
  mkdirSync(join(home, 'bin'))
  symlinkSync(join(root, 'dist/cli.js'), join(home, 'bin/maestro'))
  chmodSync(join(root, 'dist/cli.js'), 0o755)
  const { columns, rows } = size
  tmux(
    'new-session',
    '-d',
    '-s',
    'demo',
    '-x',
    String(columns),
    '-y',
    String(rows),
    'bash',
    '--norc',
    '--noprofile',
  )
  tmux('set-option', '-g', 'status', 'off')
  await watch(500)
  for (const [line, pause] of steps) {
    for (const word of line.split(/(?<= )/)) {
      tmux('send-keys', '-t', 'demo', '-l', '--', word)
      await watch(90)
    }
    tmux('send-keys', '-t', 'demo', 'Enter')
    await watch(pause)
  }
  const end = Math.round(performance.now() - started) + 3000
  const file = join(root, 'docs/demo.svg')
  writeFileSync(file, terminalSvg(frames, { ...size, end }))
  process.stdout.write(`${file}: ${frames.length} frames, ${end} ms\n`)
} finally {
  tmux('send-keys', '-t', 'demo', 'kill %1; wait; exit', 'Enter')
  for (let i = 0; i < 100 && isThere(); i++) await sleep(100)
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}
