/** Makes a build the current one, in one step: the layout is described in current.mjs. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { currentBuild, recordFile } from './current.mjs'
import { digest } from './inputs.mjs'

/**
 * A reader finds the build before or this one at any instant, also if this process is killed, or if another one
 * builds at the same time: everything is written aside and renamed into its place.
 *
 * @param {string} outdir
 * @param {object} made
 * @param {Map<string, Uint8Array>} made.programs files of the build's own directory
 * @param {string[]} made.entries those of them that can be started, without their extension
 * @param {Map<string, Uint8Array | string>} made.standalone files of `outdir` itself
 * @param {object} made.record what the build was made from, for `isCurrent`
 * @returns {string[]} the names in `outdir` that are in use now
 */
export const activate = (outdir, { programs, entries, standalone, record }) => {
  mkdirSync(outdir, { recursive: true })
  const aside = mkdtempSync(join(outdir, '.building-'))
  const put = (files, mode) => {
    for (const [name, content] of files)
      if (!holds(join(outdir, name), content))
        writeWhole(join(aside, 'file'), join(outdir, name), content, mode)
  }
  try {
    const previous = currentBuild(outdir)
    const isSame = previous !== undefined && hasAll(join(outdir, previous), programs)
    const name = isSame ? previous : writeDirectory(outdir, aside, programs)

    const stubs = new Map(entries.map((entry) => [`${entry}.js`, stubOf(entry)]))
    const used = [...standalone.keys(), ...stubs.keys(), 'package.json', 'types', name]
    const alone = new Map([...standalone, ['.npmignore', onlyThese(used)]])
    const pointer = new Map([['package.json', pointerTo(name)]])
    const files = Object.fromEntries([
      ...[...programs].map(([file, content]) => [`${name}/${file}`, digest(content)]),
      ...[...alone, ...pointer, ...stubs].map(([file, content]) => [file, digest(content)]),
    ])

    put([[`${name}/${recordFile}`, JSON.stringify({ ...record, files })]])
    put(alone)
    if (previous !== undefined && previous !== name) touch(join(outdir, previous))
    put(pointer)
    put(stubs, 0o755)
    // Another build may have put its own between ours.
    if (currentBuild(outdir) === name) put(alone)
    return [...used, '.npmignore']
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

const stubOf = (entry) => `#!/usr/bin/env node\nimport '#current/${entry}.js'\n`

const pointerTo = (name) =>
  `${JSON.stringify({ type: 'module', imports: { '#current/*': `./${name}/*` } }, undefined, 2)}\n`

/** What npm packs: older builds, maps and the record stay behind. */
const onlyThese = (names) => ['/*', ...names.map((name) => `!/${name}`), '*.map', recordFile, ''].join('\n')

/** A directory is never written to again, so where there is one of this name, it is left alone. */
const writeDirectory = (outdir, aside, programs) => {
  const all = [...programs].map(([file, content]) => `${file} ${digest(content)}\n`)
  const hash = digest(all.sort().join('')).slice(0, 12)
  const written = join(aside, 'build')
  mkdirSync(written)
  for (const [file, content] of programs) writeFileSync(join(written, file), content)
  for (let number = 0; ; number++) {
    const name = number === 0 ? `build-${hash}` : `build-${hash}-${number}`
    if (existsSync(join(outdir, name))) continue
    try {
      renameSync(written, join(outdir, name))
      return name
    } catch (error) {
      if (!existsSync(join(outdir, name))) throw error
    }
  }
}

const writeWhole = (aside, path, content, mode = 0o644) => {
  writeFileSync(aside, content)
  chmodSync(aside, mode)
  renameSync(aside, path)
}

/** The time of a build's directory is when it ceased to be current. */
const touch = (directory) => {
  const now = new Date()
  if (existsSync(directory)) utimesSync(directory, now, now)
}

const hasAll = (folder, files) => [...files].every(([file, content]) => holds(join(folder, file), content))

const holds = (path, content) => {
  try {
    return readFileSync(path).equals(Buffer.from(content))
  } catch {
    return false
  }
}
