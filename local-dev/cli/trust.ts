import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { isSessionToken } from '../../functions/services/session-tokens'
import { homeOf } from '../lib/home'
import {
  projectRulesFile,
  projectSetupFile,
  type RepositoryFile,
  readRepositoryFile,
} from '../permissions/repository-file'
import { parseRules } from '../permissions/rules'
import { readTrusted, revokeTrust, type TrustedEntry, trust, trustOf } from '../permissions/trusted'
import { defineCommand } from './command'
import { UsageError } from './exit'
import { indented, sentence, table, time } from './format'

export const command = defineCommand({
  about: `Let the allow rules in a project's committed ${projectRulesFile} count, and ${projectSetupFile} run in its worktrees; they are shown first`,
  example: 'maestro trust ~/src/app --yes',
  args: {
    dir: {
      type: 'positional',
      required: false,
      description: 'The project; default: the directory one is in',
    },
    yes: { type: 'boolean', description: 'Do not ask; needed where there is no terminal' },
    list: { type: 'boolean', description: 'List what is trusted' },
    revoke: { type: 'boolean', description: 'Trust nothing of this project any more' },
  },
  async run({ args, cwd, variables, environment, print, json }) {
    const home = homeOf(variables)
    if (args.list) return listing(await readTrusted(home))
    // What an agent could trust would guard against nothing it does by mistake.
    if (environment.sessionId !== undefined || isSessionToken(environment.token ?? ''))
      throw new Error('A session may not trust: a person does, in a shell without MAESTRO_SESSION_ID')
    const directory = resolve(cwd, args.dir ?? '.')
    const rules = await readRepositoryFile(projectRulesFile, directory, variables, undefined)
    const { repository, commit } = rules
    if (args.revoke) {
      if (repository === undefined) throw new Error(missing(directory, commit))
      const revoked = await revokeTrust(home, repository)
      const text = revoked.length > 0 ? 'No longer trusted' : 'Nothing was trusted'
      return { json: { revoked }, text: sentence(`${text} in ${repository}`) }
    }
    const setup = await readRepositoryFile(projectSetupFile, directory, variables, commit)
    const files = [rules.found, setup.found].flatMap((found) => found ?? [])
    if (files.length === 0) throw new Error(missing(directory, commit))
    if (rules.found)
      parseRules(rules.found.text, `${rules.found.file} of the commit ${rules.found.commit.slice(0, 12)}`)
    const trusted = await readTrusted(home)
    const open = files.filter((found) => trustOf(trusted, found) !== 'trusted')
    if (open.length === 0)
      return {
        json: { trusted: true, ...files[0], files },
        text: files.map((found) => sentence(`${nameOf(found)} is trusted already`)).join('\n'),
      }
    if (!json) for (const found of open) print(introduction(found, trustOf(trusted, found) === 'changed'))
    if (!args.yes && (json || !canAsk()))
      throw new UsageError(`There is nobody to ask${json ? ' with --json' : ''}: add --yes to trust it`)
    if (!args.yes && !(await isAgreed()))
      return { json: { trusted: false, ...files[0], files }, text: 'Not trusted', exitCode: 1 }
    const entries: TrustedFile[] = []
    for (const found of open) entries.push({ ...found, ...(await trust(home, found, Date.now())) })
    return {
      json: { trusted: true, ...entries[0], files: entries },
      text: open.map((found) => sentence(`Trusted: ${nameOf(found)}`)).join('\n'),
    }
  },
})

type TrustedFile = RepositoryFile & TrustedEntry

const missing = (directory: string, commit: string | undefined): string =>
  commit === undefined
    ? `${directory} is in no repository that has a commit: only committed rules count`
    : `The commit ${commit.slice(0, 12)} has neither ${projectRulesFile} nor ${projectSetupFile}: commit it first, for only what is committed counts`

const nameOf = ({ repository, file, commit }: RepositoryFile): string =>
  `${file} in ${repository}, commit ${commit.slice(0, 12)}`

const introduction = (found: RepositoryFile, isChanged: boolean): string =>
  [
    sentence(`${nameOf(found)}${isChanged ? ', changed since it was trusted' : ''}:`),
    '',
    indented(found.text.trimEnd(), 2),
    '',
    found.file.endsWith(projectSetupFile)
      ? 'It may then run as you in each new worktree of this project, until the file changes.'
      : 'Whoever works in this project may then do unasked what its "allow" says, until the file changes.',
  ].join('\n')

const canAsk = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

const isAgreed = async (): Promise<boolean> => {
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(?:es)?$/i.test((await prompt.question('Trust it? [y/N] ')).trim())
  } finally {
    prompt.close()
  }
}

const listing = (entries: Awaited<ReturnType<typeof readTrusted>>) => ({
  json: entries,
  text: table(
    ['REPOSITORY', 'FILE', 'SHA-256', 'SINCE'],
    entries.map(({ repository, file, sha256, at }) => [repository, file, sha256.slice(0, 12), time(at)]),
    'Nothing is trusted',
  ),
})
