/**
 * What a driver would need to know if it were killed now: written before each thing that must not be done twice. It lies in
 * the session's folder as `acp-{run}.json`.
 */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { privateFile } from '../../storage/drivers/files/private-files'
import { ProcessIdentity } from '../../storage/drivers/files/process-identity'
import { isMissingFile } from '../lib/reason'
import { UsageState } from './usage'

/** A later one is not read: whatever wrote it knows more than this program. */
const currentFormat = 1

const amounts = z.object({ minutes: z.number().optional(), costUsd: z.number().optional() })

export const DriverState = z.object({
  format: z.literal(currentFormat),
  sessionId: z.string(),
  run: z.number(),
  agent: z.string(),
  cwd: z.string(),
  /** The session of the agent's own; absent until it has said so. */
  acpSessionId: z.string().optional(),
  /** The model that the agent took, if one was chosen. */
  model: z.string().optional(),
  /** The agent's process, which leads a group. */
  process: ProcessIdentity.optional(),
  /** The commit that the project's permission rules are of. */
  rulesCommit: z.string().optional(),
  /** Whether the agent has been given the session's prompt, or may have. */
  isIntroduced: z.boolean(),
  /** Whether a turn runs, or may. */
  isInTurn: z.boolean(),
  /** What is waited for, and the request that asks it. */
  wait: z
    .object({
      kind: z.enum(['question', 'interrupted', 'login', 'limit', 'budget']),
      until: z.number().optional(),
      requestId: z.string().optional(),
    })
    .optional(),
  reminders: z.int().min(0),
  /** What people have added to the budget. */
  extra: amounts,
  usage: UsageState,
  /** What people have allowed for good. */
  remembered: z.object({ commands: z.array(z.string()), paths: z.array(z.string()) }),
  /** Approvals that were asked, by what they are about. */
  asked: z.array(z.object({ requestId: z.string(), key: z.string().optional() })),
})
export type DriverState = z.infer<typeof DriverState>

const pathOf = (folder: string, run: number) => join(folder, `acp-${run}.json`)

export const writeState = (folder: string, state: DriverState): void => {
  const path = pathOf(folder, state.run)
  const draft = `${path}.draft`
  const file = openSync(draft, 'w', privateFile.mode)
  try {
    writeFileSync(file, JSON.stringify(state))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/** What an earlier driver of this run has left; undefined if there was none. Throws if it cannot be read, or is of a later version. */
export const readState = (folder: string, run: number): DriverState | undefined => {
  const path = pathOf(folder, run)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
  const read = DriverState.safeParse(parse(text))
  if (read.success) return read.data
  throw new Error(`${path} cannot be understood: it is damaged, or was written by a later version`)
}

/** Of the runs before, the newest that has got so far as to have a session of the agent's. */
export const readEarlierRun = (folder: string, run: number): DriverState | undefined => {
  const runs = readdirSync(folder)
    .flatMap((name) => /^acp-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((each) => each < run)
    .sort((a, b) => b - a)
  for (const each of runs) {
    const state = attempt(() => readState(folder, each))
    if (state?.acpSessionId !== undefined) return state
  }
  return undefined
}

const parse = (text: string): unknown => attempt(() => JSON.parse(text))

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
