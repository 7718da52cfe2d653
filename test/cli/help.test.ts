// Somebody asks `--help` how a command is called, and it says nothing, or something that does not work.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../local-dev/cli/commands'
import { systemSkills } from '../../local-dev/content/skills'
import { builtInText } from '../../storage/rules/templates'
import { maestroInProcess } from './in-process'
import { maestroWith } from './maestro'

const { text } = maestroWith({})
const here = maestroInProcess({})

const paths = Object.entries(commands).flatMap(([name, entry]) =>
  typeof entry === 'function'
    ? [{ path: name, load: entry }]
    : Object.entries(entry.commands).map(([sub, load]) => ({ path: `${name} ${sub}`, load })),
)

describe('help', () => {
  it.each(paths)('of $path has its flags and an example', async ({ path, load }) => {
    const { command } = await load()
    const help = await command.help(`maestro ${path}`)
    expect(help).toContain(command.about)
    expect(help).toContain('--json')
    expect(help).toMatch(/EXAMPLE\n\n {2}.*maestro /)
  })

  it('is given for everything, for a group and for a command', async () => {
    const all = await text(['--help'])
    expect(await here.text([])).toBe(all)
    for (const name of Object.keys(commands)) expect(all).toMatch(new RegExp(`^${name}( |$)`, 'm'))
    expect(await here.text(['task', '--help'])).toMatch(/^complete +Mark/m)
    expect(await here.text(['task', 'create', '--title', 'x', '--help'])).toContain('--acceptance-criteria')
    expect(await here.text(['task', 'create', '-h'])).toContain('--acceptance-criteria')
    expect(await text(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('has no colours where nobody sees them', async () => {
    expect(await text(['task', 'create', '--help'])).not.toContain('\u001b')
  })
})

describe('what agents are told', () => {
  const texts = [...Object.values(builtInText), ...systemSkills.map(({ files }) => files['skill.md'])]
  const named = texts.flatMap((text) => [...text.matchAll(/`maestro ([a-z]+)(?: ([a-z-]+))?/g)])
  const known = new Set(paths.flatMap(({ path }) => [path, path.split(' ')[0]]))

  it('names only commands that there are', () => {
    expect(named.length).toBeGreaterThan(50)
    for (const [, first = '', second] of named) {
      const entry = Object.entries(commands).find(([name]) => name === first)?.[1]
      const path = typeof entry === 'object' && second !== undefined ? `${first} ${second}` : first
      expect(known).toContain(path)
    }
  })

  it.each([
    [
      'task create',
      '--title --parent-id --description --priority --acceptance-criteria --dependencies --model',
    ],
    ['task create', '--initial-prompt --skill-ids --due-date'],
    ['task update', '--priority --status --description'],
    ['task list', '--project-id --status --parent-id --session-id'],
    ['session list', '--project-id --task-id --status --active'],
    ['session spawn', '--task-ids --session-name --model --strategy --role --skills --template-id --context'],
    ['report complete', '--task'],
    ['queue fail', '--reason'],
    [
      'run',
      '--agent --agent-acp --drive --permission-mode --permissions --trust-agent --unattended --stall-after',
    ],
    ['run', '--model --budget-minutes --budget-usd --max --without-tmux --log-max --env-allow'],
    [
      'serve',
      '--run --agent --agent-acp --drive --permission-mode --permissions --trust-agent --unattended --stall-after',
    ],
    ['events', '--follow --room'],
    ['manifest generate', '--role --project-id --task-ids --skills --strategy --api-url --output'],
  ])('%s has the flags %s', async (path, flags) => {
    const { stdout } = await here.run([...path.split(' '), '--help'])
    for (const flag of flags.split(' ')) expect(stdout).toMatch(new RegExp(`${flag}\\b`))
  })
})

describe('what people read', () => {
  const root = join(import.meta.dirname, '../..')
  const pages = execFileSync('git', ['ls-files', '*.md', 'deploy'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
  /** Every call of the command that stands in code: blocks, and words between backticks. What it says itself has a colon. */
  const calls = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const isCode = !page.endsWith('.md')
    const blocks = isCode ? [text] : [...text.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, code = '']) => code)
    const spans = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
      code.replace(/\s+/g, ' '),
    )
    return [...blocks, ...spans].flatMap((code) =>
      [...code.matchAll(/(?:^|[$|(&;])[ \t]*maestro (?![a-z -]+: )([a-z][^\n|;&<>)]*)/gm)].map(
        ([, words = '']) => ({
          page,
          words: words.replace(/'[^']*'|"[^"]*"/g, 'TEXT').trim(),
        }),
      ),
    )
  })

  it('shows only commands and flags that there are', async () => {
    expect(calls.length).toBeGreaterThan(100)
    const wrong: string[] = []
    for (const { page, words } of calls) {
      const [first = '', second = ''] = words.split(/[\s=]+/)
      const entry = Object.hasOwn(commands, first) ? commands[first] : undefined
      const load = typeof entry === 'object' ? entry.commands[second] : entry
      // A group alone, or with a word in capitals for any of its commands.
      const isGroupOnly = typeof entry === 'object' && !/^[a-z]/.test(second)
      const help = load ? await (await load()).command.help('maestro') : ''
      const flags = [...words.matchAll(/(?<=\s)--?[a-z][a-z-]*/g)].map(([flag]) => flag)
      const isKnown = (flag: string) => new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(help)
      if (load ? !flags.every(isKnown) : !isGroupOnly) wrong.push(`${page}: maestro ${words}`)
    }
    expect(wrong).toEqual([])
  })
})
