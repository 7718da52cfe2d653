// A temporary folder with the home of a user and a project, in whose repository rules are committed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadRules } from '../../local-dev/permissions/load-rules'
import { maestroInProcess } from '../cli/in-process'

/** For a git that knows no settings but those of the project. */
export const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

export const write = (path: string, value: unknown) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
}

/** One folder after the other: `open` before each test, `close` after it. */
export const createRulesFolders = () => {
  let folder = ''
  let home = ''
  let project = ''
  const open = () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'rules-')))
    home = join(folder, 'home')
    project = join(folder, 'app')
    mkdirSync(join(project, '.maestro'), { recursive: true })
    return { folder, home, project }
  }
  const close = () => rmSync(folder, { recursive: true, force: true })

  const git = (...words: string[]) =>
    execFileSync('git', ['-C', project, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()

  const ofProject = () => join(project, '.maestro/permissions.json')
  const ofUser = () => join(home, '.maestro/permissions.json')
  const commit = (value: unknown) => {
    write(ofProject(), value)
    git('init', '-q')
    git('add', '-A')
    git('commit', '-q', '-m', 'x')
    return git('rev-parse', 'HEAD')
  }

  const load = (more: Partial<Parameters<typeof loadRules>[0]> = {}) =>
    loadRules({ home, flagFile: undefined, projectDir: project, base: undefined, env, ...more })
  const loaded = async (more?: Parameters<typeof load>[0]) => {
    const { rules, notes } = await load(more)
    const texts = (each: readonly { text: string }[]) => each.map(({ text }) => text)
    return { deny: texts(rules.deny), ask: texts(rules.ask), allow: texts(rules.allow), notes }
  }

  const maestro = (...words: string[]) =>
    maestroInProcess({ PATH: process.env.PATH ?? '', HOME: home }).run(words, { cwd: project })
  return { open, close, git, ofProject, ofUser, commit, load, loaded, maestro }
}
