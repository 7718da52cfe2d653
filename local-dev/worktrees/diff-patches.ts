/** What has changed in files, line by line and within bounds. */
import { comparing, type ListedFile, largeFiles } from './diff-list'
import { isText, shown } from './file-names'
import type { GitAt } from './git-at'

export interface Patch {
  patch?: string
  truncated?: boolean
}

interface Comparison {
  at: GitAt
  words: readonly string[]
  index?: string | undefined
}

const maxPatchBytes = 256 * 1024
/** Of all patches that are asked for at once: what is beyond comes with the next page. */
const maxPageBytes = 4 * 1024 * 1024

/** The patches of the first of these files, as many as there is room for: of one at least. */
export const patchesOf = async (
  comparison: Comparison,
  files: readonly ListedFile[],
): Promise<readonly Patch[]> => {
  const patches = new Map<ListedFile, Patch>()
  let room = maxPageBytes
  for (const group of groupsOf(files)) {
    if (room <= 0) break
    const { sections, isCut } = await sectionsOf(comparison, group, room)
    for (const [i, file] of group.entries()) {
      const section = sections[i]
      if (section === undefined) break
      const isLast = i === sections.length - 1
      // Half of it would look like all of it; only where it is the first, something is better than nothing.
      if (isCut && isLast && patches.size > 0) break
      patches.set(file, textOf(section, isCut && isLast))
      room -= section.length
    }
    if (isCut) break
  }
  const end = files.findIndex((file) => isNamable(file) && !patches.has(file))
  // Whoever asks for pages gets on in any case.
  return (end < 0 ? files : files.slice(0, Math.max(1, end))).map((file) => patches.get(file) ?? {})
}

/** A name that is no text cannot be given to git. */
const isNamable = ({ name, fromName = '' }: ListedFile) => isText(name) && isText(fromName)

/** Files one after another that are asked for in the same way. */
const groupsOf = (files: readonly ListedFile[]): ListedFile[][] => {
  const groups: ListedFile[][] = []
  for (const file of files) {
    if (!isNamable(file)) continue
    const last = groups.at(-1)
    if (last && file.fromName === undefined && last[0]?.fromName === undefined) last.push(file)
    else groups.push([file])
  }
  return groups
}

const sectionsOf = async (
  { at, words, index }: Comparison,
  files: readonly ListedFile[],
  maxBytes: number,
): Promise<{ sections: Buffer[]; isCut: boolean }> => {
  const [verb = '', ...rest] = words
  const names = files.flatMap(({ name, fromName }) => [...(fromName === undefined ? [] : [fromName]), name])
  const renames = files[0]?.fromName === undefined ? '--no-renames' : '-M'
  const { exit, stdout, stderr, isCut } = await at.run(
    [verb, '-p', renames, ...comparing, ...rest, '--', ...names.map(shown)],
    { index, maxBytes, settings: [...largeFiles, ['core.quotePath', 'false']] },
  )
  if (exit !== 0 && !isCut) throw new Error(`git ${verb}: ${stderr.trim().split('\n')[0]}`)
  const starts = startsOf(stdout)
  const sections: Buffer[] = []
  let next = 0
  for (const { status } of files) {
    if (next >= starts.length) break
    // One that became a link, or none, is removed and added.
    const end = next + (status === 'type_changed' ? 2 : 1)
    sections.push(stdout.subarray(starts[next], starts[end]))
    next = end
  }
  return { sections, isCut }
}

/** Every other line of a patch begins with another word, a space, or one of `+-@\`. */
const startsOf = (patch: Buffer): number[] => {
  const starts: number[] = []
  const mark = Buffer.from('\ndiff --git ')
  const unmerged = Buffer.from('\n* Unmerged path ')
  if (patch.length > 0) starts.push(0)
  for (const word of [mark, unmerged])
    for (let at = patch.indexOf(word); at >= 0; at = patch.indexOf(word, at + 1)) starts.push(at + 1)
  return starts.sort((a, b) => a - b)
}

const textOf = (section: Buffer, isCut: boolean): Patch => {
  if (section.length <= maxPatchBytes && !isCut) return { patch: section.toString('utf8') }
  const end = section.lastIndexOf(10, maxPatchBytes - 1) + 1
  return { patch: section.subarray(0, end).toString('utf8'), truncated: true }
}
