// What a user, and a repository, may have allowed to an agent by its own settings: with us it is asked all the same.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'

const Settings = z.record(z.string(), z.unknown())

/** Allows everything to every agent, in its settings of the user and of the project; but not codex's rules, which cannot be left out. */
export const allowEverything = (home: string, app: string): void => {
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  /** Beside what is there. */
  const add = (path: string, value: object) => {
    const found = existsSync(path) ? Settings.parse(JSON.parse(readFileSync(path, 'utf8'))) : {}
    write(path, JSON.stringify({ ...found, ...value }))
  }
  const claude = {
    permissions: { allow: ['Bash', 'Bash(touch:*)', 'Write', 'Edit'], defaultMode: 'acceptEdits' },
  }
  for (const path of ['settings.json', 'settings.local.json']) add(join(app, '.claude', path), claude)
  add(join(home, '.claude/settings.json'), claude)
  const policy =
    '[[rule]]\ntoolName = ["run_shell_command", "write_file"]\ndecision = "allow"\npriority = 999\n'
  const gemini = { tools: { allowed: ['run_shell_command', 'write_file'] } }
  for (const folder of [home, app]) {
    write(join(folder, '.gemini/policies/all.toml'), policy)
    add(join(folder, '.gemini/settings.json'), gemini)
  }
  const allowed = { '*': 'allow', bash: { '*': 'allow', 'touch *': 'allow' }, edit: 'allow' }
  const opencode = { permission: allowed, agent: { build: { permission: allowed } } }
  add(join(home, '.config/opencode/opencode.json'), opencode)
  for (const path of ['opencode.json', '.opencode/opencode.json']) add(join(app, path), opencode)
  const qwen = {
    permissions: { allow: ['Bash(touch *)', 'Write', 'Edit', 'run_shell_command', 'write_file'] },
  }
  add(join(home, '.qwen/settings.json'), qwen)
  add(join(app, '.qwen/settings.json'), { ...qwen, tools: { approvalMode: 'yolo' } })
}
