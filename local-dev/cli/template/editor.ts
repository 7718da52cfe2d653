import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { decodeUtf8 } from '../../lib/utf8'
import { UsageError } from '../exit'

interface Edited {
  text: string
  /** Where it is, until `remove`. */
  path: string
  remove(): Promise<void>
}

/** Opens a text in the user's editor. Throws if there is no editor, or it fails; the file is then kept. */
export const editText = async (text: string, name: string): Promise<Edited> => {
  const editor = process.env.VISUAL || process.env.EDITOR
  if (!editor) throw new UsageError('No editor: set EDITOR, or give the text with --file')
  const path = join(await mkdtemp(join(tmpdir(), 'maestro-')), name)
  await writeFile(path, text)
  const exit = await run(editor, path)
  if (exit !== 0) throw new Error(`The editor ended with ${exit}. Your text is in ${path}`)
  return {
    text: decodeUtf8(await readFile(path), path),
    path,
    remove: () => rm(dirname(path), { recursive: true, force: true }),
  }
}

/** Through a shell, since EDITOR may have arguments, as in `code --wait`; the path is passed as `$1`. */
const run = (editor: string, path: string): Promise<number | string> =>
  new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? 1))
  })
