import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { client } from '../contract/http'
import { startServer } from '../contract/server'

const command = join(import.meta.dirname, '../../dist/skills-install.js')
const shipped = join(import.meta.dirname, '../../local-dev/content/skills')
const system = ['maestro-cli', 'maestro-orchestrator', 'maestro-worker']

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maestro-install-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const install = (...options: string[]): string[] =>
  execFileSync(process.execPath, [command, ...options], {
    env: { PATH: process.env.PATH, HOME: directory, SKILLS_DIR: join(directory, 'skills') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
    .trim()
    .split('\n')
const file = (path: string) => join(directory, 'skills', path)
const text = (path: string) => readFileSync(path, 'utf8')
const outcomes = (lines: string[]) => lines.map((line) => line.split('  ')[0]?.trim())

describe('npm run skills:install', () => {
  it('installs the three system skills, as they are shipped, and nothing else; the second time, nothing', () => {
    expect(outcomes(install())).toEqual(Array(6).fill('written'))
    expect(readdirSync(file('.')).sort()).toEqual(system)
    for (const id of system) {
      expect(readdirSync(file(id)).sort()).toEqual(['manifest.json', 'skill.md'])
      expect(text(file(`${id}/skill.md`))).toBe(text(join(shipped, id, 'skill.md')))
      expect(JSON.parse(text(file(`${id}/manifest.json`)))).toEqual(
        JSON.parse(text(join(shipped, id, 'manifest.json'))),
      )
    }
    expect(outcomes(install('--force'))).toEqual(Array(6).fill('up to date'))
  })

  it('keeps what somebody changed, says so, and replaces it only when told to', () => {
    install()
    writeFileSync(file('maestro-cli/skill.md'), 'my own')
    rmSync(file('maestro-worker'), { recursive: true })
    const lines = install()
    expect(lines.filter((line) => line.startsWith('kept'))).toEqual([
      expect.stringContaining(file('maestro-cli/skill.md')),
    ])
    expect(lines.filter((line) => line.startsWith('written'))).toHaveLength(2)
    expect(lines.at(-1)).toContain('--force')
    expect(text(file('maestro-cli/skill.md'))).toBe('my own')

    expect(outcomes(install('--force')).filter((outcome) => outcome === 'replaced')).toHaveLength(1)
    expect(text(file('maestro-cli/skill.md'))).toBe(text(join(shipped, 'maestro-cli/skill.md')))
  })

  it('fails with one line that says why', () => {
    writeFileSync(file('.'), 'a file')
    expect(() => install()).toThrow(/ENOTDIR/)
    expect(() => install('--frce')).toThrow(/--frce/)
  })

  it('installs what a server then gives to each role', async () => {
    const server = await startServer({ env: { SKILLS_DIR: file('.') } })
    try {
      install()
      const api = client(server.url)
      const names = async (path: string) =>
        (await api.get<{ id: string }[]>(`/api/skills${path}`)).map(({ id }) => id)
      expect(await names('')).toEqual(system)
      expect(await names('/role/worker')).toEqual(['maestro-cli', 'maestro-worker'])
      expect(await names('/role/orchestrator')).toEqual(['maestro-cli', 'maestro-orchestrator'])
      expect(server.log()).not.toContain('left out')
    } finally {
      await server.stop()
    }
  })
})
