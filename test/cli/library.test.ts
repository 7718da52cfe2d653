// Somebody edits a prompt or installs skills at the command line, and their text is lost.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient, type Skill } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'
import { maestroWith } from './maestro'

const server = await startInProcess({})
const directory = mkdtempSync(join(tmpdir(), 'maestro-cli-'))
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})
const client = createClient({ url: server.url })
const environment = { MAESTRO_SERVER_URL: server.url, SKILLS_DIR: server.skillsDir, TMPDIR: directory }
const here = maestroInProcess(environment)
/** As a process, which lends its terminal to an editor, and reads its own input. */
const { run, text, json } = maestroWith(environment)
const create = (content = 'Work.') => client.templates.create({ name: 'mine', role: 'worker', content })

/** An editor that does this with the file `$1`; its path has a space, and it is given an argument. */
const editor = (script: string): string => {
  const path = join(directory, 'editor')
  writeFileSync(path, `#!/bin/sh\n${script.replaceAll('$1', '$2')}\n`)
  chmodSync(path, 0o755)
  return `${path} --wait`
}

describe('template', () => {
  it('list, show and reset, for people and for programs', async () => {
    const { id } = await create()
    expect(await here.json(['template', 'list'])).toEqual(await client.templates.list())
    expect(await here.text(['template', 'list'])).toMatch(
      new RegExp(`^ID +ROLE .*\n(.*\n)*${id} +worker +no .*mine\n`),
    )
    expect(await here.json(['template', 'show', id])).toEqual(await client.templates.get(id))
    expect(await here.text(['template', 'show', id])).toMatch(/role +worker\ndefault +no\n\nWork\.\n$/)
    const { content } = await client.templates.builtIn('worker')
    expect(await here.json(['template', 'reset', id])).toMatchObject({ id, content })
    expect(await here.text(['template', 'reset', id])).toBe(`Reset ${id}: mine\n`)
  })

  it('edit takes what the editor leaves', async () => {
    const { id } = await create('Work.\n')
    const env = { EDITOR: editor(`echo 'And report.' >> "$1"`) }
    expect(await text(['template', 'edit', id], { env })).toBe(`Changed ${id}: mine\n`)
    expect((await client.templates.get(id)).content).toBe('Work.\nAnd report.\n')
    expect(await text(['template', 'edit', id], { env: { EDITOR: 'true' } })).toBe(
      `Nothing changed in ${id}: mine\n`,
    )
  })

  it('edit takes a file, or standard input', async () => {
    const { id } = await create()
    const file = join(directory, 'prompt.md')
    writeFileSync(file, 'From a file.\n')
    expect(await here.json(['template', 'edit', id, '--file', file])).toMatchObject({
      content: 'From a file.\n',
    })
    expect(await json(['template', 'edit', id, '--file', '-'], { input: 'Piped.\n' })).toMatchObject({
      content: 'Piped.\n',
    })
  })

  it('edit keeps the text where the server does not take it', async () => {
    const { id } = await create()
    const other = join(directory, 'theirs.sh')
    const theirs = `require('http').request('${server.url}/api/templates/${id}', { method: 'PUT' }).end('{"content":"Theirs."}')`
    writeFileSync(other, `${process.execPath} -e "$SCRIPT" && echo Mine. > "$1"\n`)
    const env = { EDITOR: `sh ${other}`, SCRIPT: theirs }
    const ended = await run(['template', 'edit', id], { env })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    const [, path = ''] = /Your text is in (\S+)\n$/.exec(ended.stderr) ?? []
    expect(readFileSync(path, 'utf8')).toBe('Mine.\n')
    expect((await client.templates.get(id)).content).toBe('Theirs.')
  })

  it('edit changes nothing where the editor fails, or there is none', async () => {
    const { id } = await create()
    const env = { EDITOR: editor('echo Half > "$1"; exit 3') }
    const failed = await run(['template', 'edit', id], { env })
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('The editor ended with 3') })
    expect(await run(['template', 'edit', id])).toMatchObject({ code: 64 })
    expect((await client.templates.get(id)).content).toBe('Work.')
  })
})

describe('skill', () => {
  const { run, text, json } = here

  it('install where no folder can be made has failed, with the path', async () => {
    const ended = await run(['skill', 'install'], { env: { SKILLS_DIR: '/proc/nobody/skills' } })
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('/proc/nobody cannot be made') })
  })

  it('install puts the system skills where the server finds them, and keeps what was changed', async () => {
    expect(await text(['skill', 'list'])).toContain('maestro skill install')
    expect(await json<unknown[]>(['skill', 'install'])).toHaveLength(6)
    expect(await json<Skill[]>(['skill', 'list'])).toMatchObject([
      { id: 'maestro-cli' },
      { id: 'maestro-orchestrator' },
      { id: 'maestro-worker' },
    ])
    expect(await text(['skill', 'list'])).toMatch(/^ID +VERSION .*\nmaestro-cli +\d/)
    expect(await json(['skill', 'show', 'maestro-cli'])).toEqual(await client.skills.get('maestro-cli'))
    expect(await text(['skill', 'show', 'maestro-cli'])).toContain('maestro queue start')
    const file = join(server.skillsDir, 'maestro-cli/skill.md')
    writeFileSync(file, 'Mine.')
    expect(await text(['skill', 'install'])).toMatch(/kept .*maestro-cli\/skill\.md\n(.*\n)*.*--force/)
    expect(readFileSync(file, 'utf8')).toBe('Mine.')
    await text(['skill', 'install', '--force'])
    expect(readFileSync(file, 'utf8')).toContain('maestro queue start')
  })

  it('install --to puts them where an agent looks, and keeps what was changed there', async () => {
    const cwd = mkdtempSync(join(directory, 'repository-'))
    const to = ['skill', 'install', '--to', '.claude/skills']
    const file = (id: string) => join(cwd, '.claude/skills', id, 'SKILL.md')
    const ids = ['maestro-cli', 'maestro-worker', 'maestro-orchestrator']
    expect(await json(to, { cwd })).toEqual(ids.map((id) => ({ file: file(id), outcome: 'written' })))
    expect(readFileSync(file('maestro-cli'), 'utf8')).toMatch(/^---\nname: maestro-cli\ndescription: "/)
    writeFileSync(file('maestro-cli'), 'Mine.')
    expect(await text(to, { cwd })).toMatch(/kept .*maestro-cli\/SKILL\.md\n(.*\n)*.*--force/)
    expect(readFileSync(file('maestro-cli'), 'utf8')).toBe('Mine.')
    await text([...to, '--force'], { cwd })
    expect(readFileSync(file('maestro-cli'), 'utf8')).toContain('maestro queue start')
    const elsewhere = { SKILLS_DIR: join(cwd, '.claude/skills') }
    expect(await json<unknown[]>(['skill', 'install'], { env: elsewhere })).toHaveLength(6)
  })
})
