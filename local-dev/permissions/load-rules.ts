/** The rules of a session: the user's, the runner's, and the project's, which can only narrow until they are trusted. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissingFile, reasonOf } from '../lib/reason'
import { decodeUtf8 } from '../lib/utf8'
import { projectRulesFile, readRepositoryFile } from './repository-file'
import { joinRules, noRules, parseRules, type Rules, RulesError } from './rules'
import { readTrusted, type TrustedEntry, trustOf } from './trusted'

interface RulesSources {
  home: string
  /** `--permissions FILE`, absolute. */
  flagFile: string | undefined
  /** The session's directory. */
  projectDir: string
  /** The commit that the session starts from; undefined: the present HEAD. */
  base: string | undefined
  /** Git is called with it, without git's own variables. */
  env: NodeJS.ProcessEnv
}

export interface LoadedRules {
  rules: Rules
  /** The commit that the project's rules are of: what to give as `base` when the session goes on after a restart. */
  commit: string | undefined
  /** What a person should be told, one sentence each: allow rules that do not count, and why. */
  notes: readonly string[]
}

/**
 * Reads all of them. Throws `RulesError` with the file and the place in it where one cannot be used: a session that
 * starts without a rule that was meant to hold may do more than it should.
 */
export const loadRules = async ({
  home,
  flagFile,
  projectDir,
  base,
  env,
}: RulesSources): Promise<LoadedRules> => {
  const userFile = join(home, '.maestro', 'permissions.json')
  const [ofUser, ofFlag, { commit, found }, trusted] = await Promise.all([
    readRules(userFile).then((rules) => rules ?? noRules),
    flagFile === undefined ? noRules : requireRules(flagFile),
    readRepositoryFile(projectRulesFile, projectDir, env, base),
    readTrusted(home).then(
      (entries) => ({ entries, note: undefined }),
      (error): { entries: TrustedEntry[]; note: string } => ({ entries: [], note: reasonOf(error) }),
    ),
  ])
  const own = [ofUser, ofFlag]
  if (!found) return { rules: joinRules(own), commit, notes: [] }
  const ofProject = parseRules(
    found.text,
    `${join(projectDir, projectRulesFile)} of the commit ${found.commit.slice(0, 12)}`,
  )
  const state = trustOf(trusted.entries, found)
  const counts = state === 'trusted' || ofProject.allow.length === 0
  const why = state === 'changed' ? 'have changed since they were trusted' : 'are not trusted'
  return {
    rules: joinRules([...own, { ...ofProject, allow: counts ? ofProject.allow : [] }]),
    commit,
    notes: counts
      ? []
      : [
          ...(trusted.note === undefined ? [] : [trusted.note]),
          `The allow rules in ${projectRulesFile} ${why} and do not count: maestro trust ${projectDir} shows them`,
        ],
  }
}

/** Those of a file; undefined where there is none. Throws `RulesError`. */
const readRules = async (path: string): Promise<Rules | undefined> => {
  try {
    return parseRules(decodeUtf8(await readFile(path), 'it'), path)
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error instanceof RulesError ? error : new RulesError(path, reasonOf(error))
  }
}

const requireRules = async (path: string): Promise<Rules> => {
  const rules = await readRules(path)
  if (!rules) throw new RulesError(path, 'there is no such file (--permissions)')
  return rules
}
