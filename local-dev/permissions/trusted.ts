/** Which repositories' allow rules count: `~/.maestro/trusted.json`, by the SHA-256 of what a person has read. */
import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../schemas/json-text'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { isMissingFile, reasonOf } from '../lib/reason'
import type { RepositoryFile } from './repository-file'

const TrustedFile = z.object({
  /** Of this file's form. */
  format: z.literal(1),
  trusted: z.array(
    z.object({
      /** The main working tree. */
      repository: z.string(),
      /** The file's path in it. */
      file: z.string(),
      sha256: z.string().regex(/^[\da-f]{64}$/),
      /** When, in Unix milliseconds. */
      at: z.number(),
    }),
  ),
})

export type TrustedEntry = z.infer<typeof TrustedFile>['trusted'][number]

const trustedPath = (home: string): string => join(home, '.maestro', 'trusted.json')

/** Throws an error that names the file where it cannot be read: then nothing is known of what is trusted. */
export const readTrusted = async (home: string): Promise<TrustedEntry[]> => {
  const path = trustedPath(home)
  try {
    const parsed = TrustedFile.safeParse(parseJson(await readFile(path, 'utf8')))
    if (parsed.success) return parsed.data.trusted
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}`)
  } catch (error) {
    if (isMissingFile(error)) return []
    throw new Error(`${path} cannot be used: ${reasonOf(error)}; remove it to trust nothing`, {
      cause: error,
    })
  }
}

const writeTrusted = async (home: string, trusted: readonly TrustedEntry[]): Promise<void> => {
  const path = trustedPath(home)
  makeDirectory(dirname(path), privateFolderMode)
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify({ format: 1, trusted }, null, 2)}\n`, privateFile)
  await rename(draft, path)
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether this very text is trusted, was in an earlier form, or never was. */
export const trustOf = (
  trusted: readonly TrustedEntry[],
  { repository, file, text }: RepositoryFile,
): 'trusted' | 'changed' | 'untrusted' => {
  const entry = trusted.find((each) => each.repository === repository && each.file === file)
  if (!entry) return 'untrusted'
  return entry.sha256 === sha256Of(text) ? 'trusted' : 'changed'
}

/** From now on this text counts. `at`: Unix milliseconds. */
export const trust = async (home: string, found: RepositoryFile, at: number): Promise<TrustedEntry> => {
  const { repository, file, text } = found
  const others = (await readTrusted(home)).filter(
    (each) => each.repository !== repository || each.file !== file,
  )
  const entry = { repository, file, sha256: sha256Of(text), at }
  await writeTrusted(home, [...others, entry])
  return entry
}

/** What was trusted of this repository, and is no longer. */
export const revokeTrust = async (home: string, repository: string): Promise<TrustedEntry[]> => {
  const trusted = await readTrusted(home)
  const revoked = trusted.filter((each) => each.repository === repository)
  if (revoked.length > 0)
    await writeTrusted(
      home,
      trusted.filter((each) => each.repository !== repository),
    )
  return revoked
}
