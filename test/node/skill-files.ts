// Skills on disk, in the directory that a server looks into.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const skillFilesIn = (skillsDir: string) => {
  const file = (path: string) => join(skillsDir, path)
  const write = (path: string, content: string | object) => {
    mkdirSync(dirname(file(path)), { recursive: true })
    writeFileSync(file(path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  /** Puts a skill on disk; its instructions are `Do {id}.` */
  const put = (id: string, fields: object = {}) => {
    write(`${id}/manifest.json`, {
      name: `Name ${id}`,
      version: '1.0.0',
      description: `About ${id}.`,
      ...fields,
    })
    write(`${id}/skill.md`, `Do ${id}.\n`)
  }
  return { file, write, put }
}
