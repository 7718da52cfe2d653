/** Skills of the common format (agentskills.io): `SKILL.md`, with frontmatter that says name and description. */
import { SkillManifest } from '../../schemas/skill'
import type { Frontmatter } from './frontmatter'

const { readFrontmatter } = await import('./frontmatter')

/** What a `SKILL.md` says, in the words of our own format. */
export interface CommonSkill {
  manifest: SkillManifest
  instructions: string
  /** What somebody should be told of it, though it can be used, one sentence each. */
  notes: string[]
}

/** As the format has them. */
const maxNameLength = 64
const maxDescriptionLength = 1024

/** `id`: the name of its folder. Throws an error that says in one sentence why it cannot be used. */
export const readCommonSkill = (id: string, text: string): CommonSkill => {
  if (text.includes('\0')) throw new Error('SKILL.md is no text')
  try {
    const frontmatter = readFrontmatter(text)
    const name = required(frontmatter, 'name')
    const description = required(frontmatter, 'description')
    const said = versionIn(frontmatter)
    const version = said === undefined ? undefined : asSemver(said)
    const license = optional(frontmatter, 'license')
    return {
      manifest: {
        name,
        version: version ?? noVersion,
        description,
        type: 'custom',
        ...(license !== undefined && { license }),
      },
      instructions: frontmatter.body,
      notes: [
        ...(name === id
          ? []
          : [`its name is ${JSON.stringify(name.slice(0, 100))}, and its folder’s is not`]),
        ...tooLong('name', name, maxNameLength),
        ...tooLong('description', description, maxDescriptionLength),
        ...(said === undefined || version !== undefined
          ? []
          : [
              `its version is ${JSON.stringify(said.slice(0, 100))}, and not like 1.0.0: ${noVersion} counts`,
            ]),
      ],
    }
  } catch (error) {
    throw new Error(`SKILL.md cannot be used: ${error instanceof Error ? error.message : error}`)
  }
}

const required = (frontmatter: Frontmatter, key: string): string => {
  const text = frontmatter.text(key)?.trim()
  if (text) return text
  throw new Error(`its frontmatter has no ${key}`)
}

/** What nothing depends on is left out where it is no text. */
const optional = ({ text }: Frontmatter, ...path: string[]): string | undefined => {
  try {
    return text(...path)?.trim()
  } catch {
    return undefined
  }
}

const versionIn = (frontmatter: Frontmatter) => optional(frontmatter, 'metadata', 'version')

/** Of a skill that says none. */
const noVersion = '0.0.0'

/** `1` and `1.0` are `1.0.0`. Undefined for what is no version at all. */
const asSemver = (text: string): string | undefined => {
  const [, major, minor = '0', patch = '0', rest = ''] =
    /^v?(\d+)(?:\.(\d+)(?:\.(\d+))?([-+].*)?)?$/.exec(text) ?? []
  if (major === undefined) return undefined
  const numbers = [major, minor, patch].map((digits) => digits.replace(/^0+(?=\d)/, ''))
  return SkillManifest.shape.version.safeParse(`${numbers.join('.')}${rest}`).data
}

const tooLong = (what: string, text: string, max: number): string[] =>
  text.length > max ? [`its ${what} has ${text.length} characters; other programs take ${max} at most`] : []
