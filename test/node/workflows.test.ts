// Somebody pushes, or reports a bug, and GitHub cannot do what its files here say: nothing of that runs on this machine.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import packageJson from '../../package.json'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)

const Job = z.strictObject({
  name: z.string(),
  'runs-on': z.string(),
  'timeout-minutes': z.int().max(30),
  strategy: z
    .strictObject({ 'fail-fast': z.literal(false), matrix: z.record(z.string(), z.array(z.string()).min(1)) })
    .optional(),
  steps: z.array(
    z.strictObject({
      name: z.string().optional(),
      uses: z.string().optional(),
      with: z.record(z.string(), z.unknown()).optional(),
      run: z.string().optional(),
    }),
  ),
})
const Workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.string() }),
  jobs: z.record(z.string(), Job),
})

describe.each(filesIn('.github/workflows'))('%s', (path) => {
  const workflow = Workflow.parse(parse(read(path)))
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps)
  const commands = steps.flatMap(({ run }) => run ?? []).join('\n')

  it('runs only scripts and files that are there', () => {
    const scripts = [...commands.matchAll(/\bnpm run (?:--silent )?([\w:.-]+)/g)].map(([, name = '']) => name)
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([])
    const files = commands.match(/(?<=^|\s)(?:\.ci|\.github|test)\/[\w./-]+/gm) ?? []
    expect(files).toContain('.ci/run')
    expect(files.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })

  it('lets no action in whose code can change under its name', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? [])
    expect(actions.filter((name) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(name))).toEqual([])
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts).toHaveLength(jobs.length)
    for (const { with: options } of checkouts) expect(options).toEqual({ 'persist-credentials': false })
  })

  it('tries the oldest Node that the package allows, and none that it does not', () => {
    const oldest = packageJson.engines.node.replace('>=', '')
    const versions = jobs.flatMap(({ strategy }) => strategy?.matrix.node ?? [])
    expect(versions[0]).toBe(oldest)
    const major = (version: string) => Number.parseInt(version, 10)
    expect(versions.slice(1).filter((version) => major(version) <= major(oldest))).toEqual([])
    const others = steps.flatMap(({ with: options }) => options?.['node-version'] ?? [])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub fills it in.
    expect([oldest, '${{ matrix.node }}']).toEqual(expect.arrayContaining(others))
  })
})

const Form = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
      z.strictObject({
        type: z.enum(['input', 'textarea', 'dropdown']),
        id: z.string(),
        attributes: z.strictObject({
          label: z.string(),
          description: z.string().optional(),
          placeholder: z.string().optional(),
          options: z.array(z.string()).min(2).optional(),
          multiple: z.boolean().optional(),
          render: z.string().optional(),
        }),
        validations: z.strictObject({ required: z.boolean() }).optional(),
      }),
    ]),
  ),
})

describe('the issue forms', () => {
  const forms = filesIn('.github/ISSUE_TEMPLATE').filter((path) => !path.endsWith('/config.yml'))
  const fieldsOf = (path: string) =>
    Form.parse(parse(read(path))).body.flatMap((field) => (field.type === 'markdown' ? [] : field))

  it.each(forms)('%s asks each question once, under its own label', (path) => {
    const fields = fieldsOf(path)
    for (const names of [fields.map(({ id }) => id), fields.map(({ attributes }) => attributes.label)])
      expect(new Set(names).size).toBe(names.length)
    for (const { type, attributes } of fields) expect('options' in attributes).toBe(type === 'dropdown')
  })

  it('let nobody report a bug without what it takes to find it', () => {
    const required = fieldsOf('.github/ISSUE_TEMPLATE/bug.yml').filter(
      ({ validations }) => validations?.required,
    )
    expect(required.map(({ id }) => id)).toEqual(expect.arrayContaining(['version', 'host', 'log', 'lost']))
  })

  it('leave no way around them', () => {
    expect(parse(read('.github/ISSUE_TEMPLATE/config.yml'))).toEqual({ blank_issues_enabled: false })
  })
})

describe('the check of skipped tests', () => {
  const Declared = z.array(
    z.strictObject({ file: z.string(), reason: z.string(), tests: z.array(z.string()) }),
  )
  const declared = Declared.parse(JSON.parse(read('.github/declared-skips.json')))
  const skipped = declared.flatMap(({ file, tests }) => tests.map((test) => [file, test, 'skipped'] as const))

  const check = (...reports: (readonly (readonly [file: string, test: string, status: string])[])[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'maestro-skips-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const paths = reports.map((report, index) => {
      const testResults = report.map(([file, fullName, status]) => ({
        name: join(root, file),
        assertionResults: [{ fullName, status }],
      }))
      const path = join(directory, `${index}.json`)
      writeFileSync(path, JSON.stringify({ testResults }))
      return path
    })
    const args = ['.github/scripts/check-skips.mjs', ...paths]
    return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  }

  it('declares tests that are there, under the names that they have today', () => {
    expect(declared.filter(({ file }) => !existsSync(join(root, file)))).toEqual([])
    const sources = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`test/${name}`))
    const titles = sources.flatMap((text) =>
      [...text.matchAll(/\bit\(\s*'([^']+)'/g)].map(([, title = '']) => title),
    )
    const tests = declared.flatMap((group) => group.tests)
    expect(tests.filter((test) => !titles.some((title) => test.endsWith(title)))).toEqual([])
  })

  it('passes when exactly those are skipped that may be', () => {
    expect(check([...skipped, ['test/some.test.ts', 'runs', 'passed']]).status).toBe(0)
  })

  it('names a test that nobody said may be skipped', () => {
    const { status, stderr } = check([...skipped, ['test/some.test.ts', 'needs a program', 'skipped']])
    expect(status).toBe(1)
    expect(stderr).toContain('test/some.test.ts: needs a program')
  })

  it('notices one that is skipped more often than declared', () => {
    expect(check([...skipped, ...skipped.slice(0, 1)]).status).toBe(1)
  })

  it('names a declared one that runs by now', () => {
    const { status, stderr } = check(skipped.slice(1))
    expect(status).toBe(1)
    expect(stderr).toContain(skipped[0]?.[1])
  })

  it('counts what a later run has made up for, and nothing that failed there', () => {
    const rooted = ['test/some.test.ts', 'only root can'] as const
    const first = [...skipped, [...rooted, 'skipped'] as const]
    expect(check(first, [[...rooted, 'passed']]).status).toBe(0)
    expect(check(first, [[...rooted, 'failed']]).status).toBe(1)
  })
})
