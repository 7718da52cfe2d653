import { decodeUtf8 } from '../lib/utf8'
import { readFoundFile, type SkillFiles } from './skill-folder'

/** A skill as two texts, whichever format it is written in. */
interface SkillTexts {
  /** What stands in `manifest.json`, or would stand there. */
  manifest: string
  instructions: string
  /** What somebody should be told of it, though it can be used, one sentence each. */
  notes: readonly string[]
}

/** Reads the files of a skill. Throws an error that says in one sentence which of them cannot be used, and why. */
export const readSkillFiles = async (id: string, files: SkillFiles): Promise<SkillTexts> => {
  const { isCommon, head, instructions } = files
  const bytes = await readFoundFile(head)
  if (isCommon) {
    // It brings a parser of YAML along, which many never need.
    const { readCommonSkill } = await import('./common-skill')
    const skill = readCommonSkill(id, decodeUtf8(bytes, 'SKILL.md'))
    return { ...skill, manifest: JSON.stringify(skill.manifest) }
  }
  return {
    manifest: lenient(bytes),
    instructions: instructions ? lenient(await readFoundFile(instructions)) : '',
    notes: [],
  }
}

/** The files of our own format were always read so: what is no UTF-8 in them becomes a sign that says that. */
const lenient = (bytes: Buffer): string => bytes.toString('utf8')
