// A library with a known weakness is shipped inside the bundle, where no scanner sees it.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { auditLibraries } from '../../local-dev/build/audit-libraries.mjs'
import packageJson from '../../package.json'
import { freePort } from '../contract/server'
import { run } from './checkout'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'dist/sbom.cdx.json'), 'utf8')

const Component = z.object({
  group: z.string().optional(),
  name: z.string(),
  version: z.string().optional(),
  purl: z.string(),
  licenses: z.array(z.unknown()),
  get components() {
    return z.array(Component).optional()
  },
})
const { components } = z.object({ components: z.array(Component) }).parse(JSON.parse(text))

describe('dist/sbom.cdx.json', () => {
  it('is CycloneDX 1.6 by its schema', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(text)).toBeNull()
  })

  it('lists the packages whose licences come along, with their versions', () => {
    const licences = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    const titles = [...licences.matchAll(/^={80}\n(\S+ \S+) \(/gm)].map(([, title]) => title)
    const listed = components.map(
      ({ group, name, version }) => `${group ? `${group}/` : ''}${name} ${version}`,
    )
    expect(listed).toEqual(titles)
    const versions: Record<string, string> = packageJson.devDependencies
    for (const name of ['hono', '@hono/node-server', 'zod', 'pino', 'crossws', 'unstorage', 'pg', 'citty'])
      expect(listed).toContain(`${name} ${versions[name]}`)
    expect(components).toContainEqual(
      expect.objectContaining({
        purl: `pkg:npm/%40hono/node-server@${versions['@hono/node-server']}`,
        licenses: [{ license: { id: 'MIT' } }],
      }),
    )
  })

  it('lists also what a package has copied into itself', () => {
    const crossws = components.find(({ name }) => name === 'crossws')
    expect(crossws?.components?.map(({ name }) => name)).toEqual(['ws'])
  })
})

describe('npm run audit', () => {
  interface Advisory {
    severity: string
    vulnerable_versions: string
  }

  interface Audited {
    code: number | null
    output: string
  }

  /** An audit against a registry that gives this answer; what it was asked, and what the audit says. */
  const audit = async (
    status: number,
    answer: string | Record<string, Advisory[]>,
    auditWith = auditHere,
  ) => {
    let asked: unknown
    const registry = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const isRight = request.method === 'POST' && request.url === '/npm/-/npm/v1/security/advisories/bulk'
      asked = isRight ? JSON.parse(Buffer.concat(chunks).toString()) : request.url
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
    const port = await freePort()
    await new Promise<void>((resolve) => registry.listen(port, '127.0.0.1', resolve))
    onTestFinished(() => void registry.close())
    return { ...(await auditWith(`http://127.0.0.1:${port}/npm/`)), asked: () => asked }
  }

  const auditHere = async (url: string): Promise<Audited> => {
    let output = ''
    const isFine = await auditLibraries({ components }, url, (line) => {
      output += `${line}\n`
    })
    return { code: isFine ? 0 : 1, output }
  }

  /** The command itself. */
  const auditAlone = (url: string): Promise<Audited> =>
    run(root, process.execPath, ['local-dev/build/audit.mjs'], { npm_config_registry: url }).exited

  const advisory = (severity: string, range: string) => ({
    title: 'Everybody may come in',
    url: 'https://example.com/advisory',
    severity,
    vulnerable_versions: range,
  })
  const { hono } = packageJson.devDependencies

  it('asks about every bundled library, and passes when nothing is known', async () => {
    const { code, output, asked } = await audit(200, {}, auditAlone)
    const names = components.map(({ group, name }) => `${group ? `${group}/` : ''}${name}`)
    expect(Object.keys(z.record(z.string(), z.array(z.string())).parse(asked())).sort()).toEqual(
      [...new Set(names)].sort(),
    )
    expect(asked()).toMatchObject({ hono: [hono], zod: [packageJson.devDependencies.zod] })
    expect(output).toContain('Known weaknesses: 0,')
    expect(output).toContain('not audited: ws, of which crossws')
    expect(code).toBe(0)
  })

  it.each(['moderate', 'high', 'critical', 'of a kind that is not known yet'])(
    'fails on a weakness that is %s',
    async (severity) => {
      const { code, output } = await audit(200, { hono: [advisory(severity, '>=1.0.0')] })
      expect(output).toContain(
        `${severity}: hono ${hono}: Everybody may come in, https://example.com/advisory`,
      )
      expect(code).toBe(1)
    },
  )

  it('ends with 1 where it fails', async () => {
    const { code, output } = await audit(200, { hono: [advisory('high', '*')] }, auditAlone)
    expect(output).toContain('moderate or worse: 1')
    expect(code).toBe(1)
  })

  it('fails where it cannot read which versions have the weakness', async () => {
    expect((await audit(200, { zod: [advisory('high', 'before the flood')] })).code).toBe(1)
  })

  it('passes on what is of low severity, or only in other versions', async () => {
    const { code, output } = await audit(200, {
      hono: [advisory('critical', '<0.0.1'), advisory('low', '*')],
      elsewhere: [advisory('critical', '*')],
    })
    expect(output).toContain('Known weaknesses: 1, moderate or worse: 0')
    expect(code).toBe(0)
  })

  it.each([
    ['refuses', 405, ''],
    ['fails', 503, '{}'],
  ])('says that nothing was audited when the registry %s', async (_, status, answer) => {
    const { code, output } = await audit(status, answer)
    expect(output).toMatch(new RegExp(`\nnot audited: registry unreachable \\(.* answered ${status}\\)\n$`))
    expect(code).toBe(0)
  })

  it('says that nothing was audited when the answer is no list of advisories', async () => {
    for (const answer of ['<html>Log in first</html>', '[]', '{"hono":"fine"}'])
      expect((await audit(200, answer)).output).toMatch(/not audited: no list of advisories.*\n$/)
  })

  it('says that nothing was audited when there is no registry', async () => {
    const { code, output } = await auditHere(`http://127.0.0.1:${await freePort()}`)
    expect(output).toMatch(/\nnot audited: registry unreachable \(.*ECONNREFUSED\)\n$/)
    expect(code).toBe(0)
  })
})
